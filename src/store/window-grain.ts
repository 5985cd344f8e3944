/** Shorter delays of a window's end are not written, in ms. The stored end is then early, which is the safe side. */
export const WINDOW_GRAIN_MS = 60_000
