/** What was sent, and what Facebook answered. */
export interface Recorded {
  /** What is wrong with it. */
  name: string
  source: string
  send: Sent
  /** Left out where Facebook takes it. */
  refused?: { code: number; error_subcode?: number; message?: string; type?: string }
}

/** A message, the payload of a template, a call of the Messenger Profile, or any other call. */
export type Sent =
  | { message: unknown; around?: object }
  | { template: unknown }
  | { profile: object; method?: 'POST' | 'DELETE' | 'GET' }
  | { path: string; token?: 'page' | 'user' | 'none'; method?: string; body?: object }

export const postback = (more: object) => ({ type: 'postback', title: 'a', payload: 'b', ...more })
export const link = (more: object) => ({ type: 'web_url', title: 'a', url: 'https://a.example/', ...more })
export const bad = (message: string, error_subcode?: number) => ({
  code: 100,
  message: `(#100) ${message}`,
  ...(error_subcode !== undefined && { error_subcode }),
})
export const required = (name: string) => bad(`The parameter ${name} is required`)
