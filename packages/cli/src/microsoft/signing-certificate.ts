/** A key pair that signs the gateway in, with the certificate that the app registration knows it by. */
export interface SigningCertificate {
  /** PEM, public. */
  readonly certificate: string;
  /** PEM, PKCS #8. It never leaves the machine. */
  readonly privateKey: string;
  /** The certificate as DER, in base64. */
  readonly der: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

const DAY_MS = 86_400_000;
// Entra takes RSA keys for client assertions. Source: Microsoft Learn, "Microsoft identity platform application authentication certificate credentials".
const ALGORITHM = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
} as const;

/** Makes a new key pair with a certificate that signs itself, as is enough for an app registration. */
export async function newSigningCertificate(name: string, days: number, now: number): Promise<SigningCertificate> {
  const x509 = await import("@peculiar/x509");
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const startsAt = new Date(Math.floor(now / 1000) * 1000);
  const endsAt = new Date(startsAt.getTime() + days * DAY_MS);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    notBefore: startsAt,
    notAfter: endsAt,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    ],
  });
  const privateKey = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    certificate: `${certificate.toString("pem").trimEnd()}\n`,
    privateKey: `${x509.PemConverter.encode(privateKey, "PRIVATE KEY").trimEnd()}\n`,
    der: Buffer.from(certificate.rawData).toString("base64"),
    startsAt,
    endsAt,
  };
}
