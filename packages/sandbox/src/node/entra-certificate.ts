/** What an HTTPS server and its clients need, as PEM. */
export interface ServerCertificate {
  /** Of the authority that signed `certificate`; its key exists nowhere any more. */
  readonly caCertificate: string;
  readonly certificate: string;
  readonly privateKey: string;
  /** When both end, ISO 8601. */
  readonly expiresAt: string;
}

const DAY_MS = 86_400_000;
const LIFE_MS = 397 * DAY_MS;
const NAMES = [
  { type: "dns", value: "localhost" },
  { type: "ip", value: "127.0.0.1" },
  { type: "ip", value: "::1" },
] as const;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/**
 * A certificate for this machine, signed by an authority that is made for it alone and whose key is thrown away: nobody
 * can ever sign for anything else with what a tester has told a client to trust.
 *
 * @param now - milliseconds since 1970, of the machine and not of the simulated world: TLS looks at that clock
 */
export async function newServerCertificate(now: number): Promise<ServerCertificate> {
  // Loaded here, because only a world that listens needs it.
  const x509 = await import("@peculiar/x509");
  const newKeys = () => crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const [ca, server] = await Promise.all([newKeys(), newKeys()]);
  const life = { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + LIFE_MS) };
  const caCertificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...life,
    name: "CN=Trunkline sandbox (for tests on this machine)",
    keys: ca,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(ca.publicKey),
    ],
  });
  const certificate = await x509.X509CertificateGenerator.create({
    ...life,
    subject: "CN=localhost",
    issuer: caCertificate.subject,
    publicKey: server.publicKey,
    signingKey: ca.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([...NAMES]),
      await x509.SubjectKeyIdentifierExtension.create(server.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey), // strict clients refuse a certificate without it
    ],
  });
  const privateKey = await crypto.subtle.exportKey("pkcs8", server.privateKey);
  return {
    caCertificate: line(caCertificate.toString("pem")),
    certificate: line(certificate.toString("pem")),
    privateKey: line(x509.PemConverter.encode(privateKey, "PRIVATE KEY")),
    expiresAt: life.notAfter.toISOString(),
  };
}

// A file of several certificates is made by putting one behind the other.
function line(pem: string): string {
  return `${pem.trimEnd()}\n`;
}
