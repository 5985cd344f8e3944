/**
 * What Graph's words say where its numbers do not tell. Graph has no fixed texts, so each of these looks for what all texts
 * about one thing have in common (docs/messenger-platform.md#m). They are data of the table in `verdicts.ts`.
 */

/** What an app may not, under numbers of which most are about something else. */
export const MISSING_PERMISSION =
  /missing permissions?\b|reviewable feature|\brequires? [^.]*\bpermissions?\b|\bpermissions? [^.]*\b(is|are) (required|missing|needed)|must be granted/i

/** The same in any words, under a number whose other meanings, faults of a message, never speak of such things. */
export const LACKING =
  /\bpermissions?\b|\breviewable feature|\bmust be granted\b|\b(advanced|standard|content) access\b|\bapp review\b|\b(business|app) verification\b|\breviewed and approved\b|\bcapability\b|\b(requires?|needs?|lacks?) [^.]*\b(feature|task|role|scope)\b|\bscopes? [^.]*\b(missing|required|not granted)|\b(pages_|instagram_|business_management)\w*|\bnot (been )?(authori[sz]ed|granted|approved)\b/i

/** A fault of what was sent: it speaks of a parameter or of a part of the message, or of what one has to be like. */
export const PARAMETER =
  /\bparam(eter)?s?\b|\b(must|should) (not )?(be|have|contain|provide|represent|upload)\b|\b(is|are) (required|missing|not allowed)\b|\btoo (long|many|large|few)\b|\b(in(valid|correct)|duplicated?|deprecated|whitelisted)\b|\bcannot be empty\b|\bexceed(s|ed)?\b|\b(attachments?|uploads?|urls?|buttons?|quick[_ ]repl(y|ies)|templates?|payloads?|titles?|message tags?|files?)\b/i

/** An object that is not there; on a call for our own Page that is the Page. */
export const NO_OBJECT = /\bunsupported (post|get) request\b|\bobject\b[^.]* does not exist\b/i

export const DEACTIVATED =
  /API access (is |was |has been )?(deactivated|disabled|blocked|revoked)|app (is|was|has been) (deactivated|archived|disabled|blocked)|(deactivated|archived) app/i

export const TWO_FACTOR = /two[- ]?factor|2fa\b/i

/** The app answers only people with a role in it, or this person has none. */
export const NO_ROLE =
  /\bnot (an? )?(admins?|administrators?|developers?|testers?)\b|\b(no|not have a) role (on|in|for) (the|this|it)\b|\b(app|application) (is )?(not (yet )?(live|active|published|public)|in (development|test) mode)\b|\bdevelopment mode\b/i

export const WINDOW =
  /\boutside (of )?(the )?(allowed|24|messaging|standard)|\b24[- ]?hours?\b[^.]*\b(window|passed|expired|ago)\b|\bwindow (has |is )?(closed|expired|over)\b/i

/** The person takes nothing from this Page, or is not there. */
export const NO_SUCH_PERSON =
  /\bno matching (user|person)\b|\b(user|person|recipient) (isn't|is not|is currently not) (available|receiving|reachable)|\b(user|person|recipient) (can't|cannot|can not|does not|doesn't) (receive|accept|get)|\b(user|person|recipient) (has )?blocked\b|\b(can't|cannot|can not) send messages? to (this|that|the) (id|user|person|recipient)\b|\bblocked by (the|this) (user|person|recipient)\b/i

export const NO_CONSENT =
  /\b(user|person|recipient)\b[^.]*\b(opted in|opt(ed)?[- ]?out|consent(ed)?|agreed)\b/i
