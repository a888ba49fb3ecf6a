import type { ConsentStep } from "@trunkline/protocol";

/* What to do about the states of consent: the words that the rest of this folder shares. */

/** What to do, as a code to branch on; `NEXT_STEPS` has the words. */
export type NextStep =
  | "nothing"
  | "grant"
  | "install_in_team"
  | "update_in_team"
  | "ask_admin"
  | "ask_admin_as_guest"
  | "sign_in"
  | "verify_identity"
  | "meet_policy"
  | "use_work_account"
  | "assign_user"
  | "enable_user"
  | "check_tenant"
  | "enable_app"
  | "get_service"
  | "renew_credential"
  | "fix_registration"
  | "wait";

export const NEXT_STEPS: Readonly<Record<NextStep, { readonly who: ConsentStep["who"]; readonly words: string }>> = {
  nothing: { who: "nobody", words: "Nothing is left to do." },
  grant: { who: "user", words: "Open Microsoft's page and accept what it asks for." },
  install_in_team: { who: "team_owner", words: "An owner of the team adds the app to the team." },
  update_in_team: { who: "team_owner", words: "An owner of the team updates the app there and accepts what is new." },
  ask_admin: { who: "admin", words: "Send the link to an administrator of your organisation, who approves the app." },
  ask_admin_as_guest: {
    who: "admin",
    words: "You are a guest here. An administrator of the organisation that invited you approves the app.",
  },
  sign_in: { who: "user", words: "Sign in to Microsoft again." },
  verify_identity: { who: "user", words: "Sign in to Microsoft again and confirm that it is you." },
  meet_policy: {
    who: "admin",
    words: "Your organisation's rules stop this sign-in. Use a device that they allow, or ask an administrator.",
  },
  use_work_account: { who: "user", words: "Sign in with the account that you have in this organisation." },
  assign_user: { who: "admin", words: "An administrator assigns you to the app in Microsoft Entra." },
  enable_user: { who: "admin", words: "This account is switched off. An administrator switches it on again." },
  check_tenant: {
    who: "admin",
    words:
      "This organisation does not know the app. Check that it is the right one; then an administrator approves it.",
  },
  enable_app: {
    who: "admin",
    words: "The app is switched off here. An administrator switches it on in Microsoft Entra.",
  },
  get_service: {
    who: "admin",
    words: "The organisation lacks a Microsoft service that the feature needs. It must be added.",
  },
  renew_credential: { who: "operator", words: "Whoever runs the gateway gives it a valid secret or certificate." },
  fix_registration: { who: "operator", words: "Whoever runs the gateway corrects the app's registration." },
  wait: { who: "nobody", words: "Microsoft asks for a pause. Try again in a few minutes." },
};
