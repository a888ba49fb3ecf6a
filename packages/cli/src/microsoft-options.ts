import type { OptionSpecs } from "./command-line/command.ts";

/** Options that name the gateway's app registration in Microsoft Entra, as `trunkline setup microsoft` writes them. */
export const MICROSOFT_OPTIONS = {
  microsoftClientId: {
    type: "string",
    about: "App registration in Microsoft Entra by which people sign in and consent.",
    value: "GUID",
  },
  microsoftAppIdUri: { type: "string", about: "The registration's App ID URI: api://….", value: "URI" },
  microsoftCloud: {
    type: "string",
    about: "Microsoft's cloud: public, us_government or china.",
    value: "NAME",
    preset: "public",
  },
  microsoftCertificateFile: { type: "string", about: "The registration's certificate, PEM.", value: "FILE" },
  microsoftPrivateKeyFile: { type: "string", about: "The private key of that certificate, PEM.", value: "FILE" },
  microsoftClientSecret: {
    type: "string",
    about: "A client secret of the registration, where there is no certificate.",
    value: "SECRET",
    secret: true,
  },
  microsoftClientSecretExpires: {
    type: "string",
    about: "When that secret ends, such as 2027-05-31, so that somebody is told before.",
    value: "DATE",
  },
  microsoftNextCertificateFile: { type: "string", about: "The next certificate, during a rotation.", value: "FILE" },
  microsoftNextPrivateKeyFile: { type: "string", about: "The private key of the next certificate.", value: "FILE" },
  microsoftNextClientSecret: {
    type: "string",
    about: "The next client secret, during a rotation.",
    value: "SECRET",
    secret: true,
  },
  microsoftNextClientSecretExpires: { type: "string", about: "When the next secret ends.", value: "DATE" },
} as const satisfies OptionSpecs;
