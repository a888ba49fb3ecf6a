/** A success that says more than its body: another status, headers, or JSON that is text already. */
export class Reply<Body> {
  /** The body, serialised. */
  readonly json: string;
  /** The route's own status when absent. */
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Only for the compiler: a reply to one route is not a reply to another. */
  declare readonly body: Body;

  constructor(json: string, status?: number, headers: Readonly<Record<string, string>> = {}) {
    this.json = json;
    this.status = status;
    this.headers = headers;
  }
}

/** Answers 200 on a route that answers 201 otherwise: it was there already. */
export const found = <Body>(body: Body): Reply<Body> => new Reply<Body>(JSON.stringify(body), 200);

/** Answers JSON that was serialised before. */
export const rawJson = <Body>(json: string): Reply<Body> => new Reply<Body>(json);
