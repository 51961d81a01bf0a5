// How the addon is switched off.

/** The environment of processes whose stores work through the `mongodb` package. */
export const WITHOUT_ADDON = { CONNECT_MONGO_NATIVE_ADDON: 'off' }
