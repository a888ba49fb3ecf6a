/** A part of a blob, in bytes; `end` belongs to it. */
export interface BlobRange {
  readonly start: number;
  readonly end: number;
}

/** What is put into a store. */
export interface NewBlob {
  readonly contentType: string;
  readonly bytes: number;
  readonly content: ReadableStream<Uint8Array>;
}

/** A blob that was put under a key, or is being put again, is read whole or not at all. Keys are names joined by `/`. */
export interface BlobStore {
  /** Keeps a blob; one of the same key is replaced. */
  put(key: string, blob: NewBlob): Promise<void>;
  /** Reads a blob, or a part of it; null when there is none. Read the stream to its end, or cancel it. */
  get(key: string, range?: BlobRange): Promise<ReadableStream<Uint8Array> | null>;
  /** Removes a blob; that there is none is no error. */
  delete(key: string): Promise<void>;
  /** Removes every blob whose key begins with `prefix`, which ends in `/`. */
  clear(prefix: string): Promise<void>;
  /** Rejects when the store cannot be used; the message says why. */
  check(): Promise<void>;
}
