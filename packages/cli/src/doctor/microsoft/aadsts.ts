/** Entra's numbers for what is wrong with an app that signs in. Source: Microsoft Learn, "Microsoft Entra authentication and authorization error codes". */
export const AADSTS = {
  noTenant: [90002, 900023, 90013],
  noApp: [700016],
  noPrincipal: [7000229],
  disabled: [7000112],
  wrongSecret: [7000215],
  endedSecret: [7000222],
  unknownCertificate: [700027],
} as const;

/** Whether one of the numbers is among those that are known to mean something. */
export const says = (codes: readonly number[], known: readonly number[]): boolean =>
  codes.some((code) => known.includes(code));
