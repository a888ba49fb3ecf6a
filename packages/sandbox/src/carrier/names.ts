/** Names of the carriers that this world simulates. */
export const SIMULATED_CARRIERS = ["sandbox", "twilio", "telnyx", "acs"] as const;
export type SimulatedCarrier = (typeof SIMULATED_CARRIERS)[number];

/** Whether a name is that of a simulated carrier. */
export const isSimulated = (name: string): name is SimulatedCarrier => SIMULATED_CARRIERS.some((one) => one === name);
