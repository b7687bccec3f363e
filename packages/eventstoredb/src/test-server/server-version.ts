/** Which server it speaks like. What it decides about writes and reads is 23.10's in either case. */
export type ServerVersion = '23.10' | '25.1';

/** As they tell it themselves. */
export const fullVersions: Readonly<Record<ServerVersion, string>> = { '23.10': '23.10.6', '25.1': '25.1.0' };
