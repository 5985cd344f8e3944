/** A window end this much later is not worth a write; the stored one is then early, which is the safe side. In ms. */
export const WINDOW_GRAIN_MS = 60_000
