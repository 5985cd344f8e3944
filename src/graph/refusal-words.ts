/**
 * What Graph's words say where its numbers do not tell. Graph has no fixed texts, so each of these looks for what all texts
 * about one thing have in common (docs/messenger-platform.md#m). They are data of the table in `verdicts.ts`.
 */

/** What an app may not, under numbers of which most are about something else. */
export const MISSING_PERMISSION =
  /missing permissions?\b|reviewable feature|\brequires? [^.]*\bpermissions?\b|\bpermissions? [^.]*\b(is|are) (required|missing|needed)|must be granted/i

/**
 * What codes 10 and 200 say of the app or the Page as a whole, or nothing at all. Graph translates its texts for some people
 * who make tokens, so any other words may be about one visitor.
 */
export const ABOUT_THE_PAGE =
  /^\P{L}*$|^(?!.*\b((this|that) (person|user)|(this|that|the) recipient)\b).*(permis|\b(pages?|apps?|applications?|access|capability|features?|review|roles?|admin\w*|business|tokens?|authori[sz]\w*|publish\w*|pages_\w+)\b)/isu

/** A user token, or another that is none of a Page, where a Page token belongs; of one that has ended Graph says that, too. */
export const NO_PAGE_TOKEN =
  /^(?!.*\b(expired|invalid|invalidated|revoked)\b).*(\b(requires?|required|needs?|must be (called|made) with)\b[^.]*\bpage access token\b|\bpage access token\b[^.]*\b(required|needed)\b)/is

/** That a call came without any. */
export const ACCESS_TOKEN = /access token/i

/** What Graph says under 200 of a call that came without any, or with the header that names it cut short. */
export const NO_APP_ID = /\bprovide (a )?valid app id\b/i

/** The person behind the token has lost the role on the Page; Graph says so under 190 without a subcode, too. */
export const NO_PAGE_ROLE =
  /\b(must be|is not|isn't|is no longer) an? (admin\w*|editor|moderator)\b[^.]*\bpage\b|\bnot have sufficient administrative permissions?\b|\b(no|not have a|suitable|sufficient) role on (the|this) page\b/i

/** Facebook lets the person in again only after a check on its own pages. */
export const CHECKPOINT =
  /\btill you log in to (www\.)?facebook\b|\bcheckpoint(ed)?\b|\bnot a confirmed user\b/i

/** The person must prove who they are before the Page may do anything. */
export const IDENTITY = /\bconfirm(ed)? your identity\b|\byour identity must be confirmed\b/i

/** What Facebook does not carry out for people, or Pages, of some regions. */
export const PRIVACY_RULES = /\bprivacy rules in\b/i

/** The Page cannot be seen by anybody. */
export const PAGE_GONE = /\bbelongs to a page that is not accessible\b/i

/** The person did not tick the Page, or a permission for it, in the latest login. */
export const NOT_TICKED = /\bmust be granted before impersonating\b/i

/** A setting of the app by which Facebook takes its secret for public. */
export const DESKTOP_APP = /\bdesktop app\b/i

/**
 * What a message holds, under the numbers of policy: most often a link on Facebook's lists. A block of the Page or the app may
 * give content as its reason; it says for how long, what is off, or whose content it is.
 */
export const BLOCKED_CONTENT =
  /^(?!.*(\b(temporar\w*|restrict\w*|disabled|suspended|limit\w*|right now|until|(cannot|can['’]t) (send|message|use)|(you(['’]ve| have) been|you(['’]re| are)( \w+)?|sending is|messag\w+ (\w+ ){0,4}(is|are)) (blocked|turned off)|for (now|\w+ (hours?|days?)))\b|\b(page|account|app|application|business|shop|catalog(ue)?|website)s? (includes?|contains?|has|have|is|was)\b)).*(\b(includes?|contains?|has) (an? |some )?((blocked|unsafe) )?(content|links?|urls?)\b|\b(this|the|your) (content|links?|urls?) (goes|is|was|has been|couldn't)\b)/is

/** Texts that are the same for every fault under their number. */
export const GENERIC =
  /^(\(#-?\d+\)\s*)?(invalid parameters?|param(eter)? error|permissions? error|unsupported operation|(an?\s+)?(unknown|unexpected)( internal)? error( has)?( occurred)?)[.!]?$/i

/** What an app may not, in any words, under a number whose other meanings, faults of a message, never speak of such things. */
export const LACKING =
  /\bpermissions?\b|\breviewable feature|\bmust be granted\b|\b(advanced|standard|content) access\b|\bapp review\b|\b(business|app) verification\b|\breviewed and approved\b|\bcapability\b|\b(requires?|needs?|lacks?) [^.]*\b(feature|task|role|scope)\b|\bscopes? [^.]*\b(missing|required|not granted)|\b(pages_|instagram_|business_management)\w*|\bnot (been )?(authori[sz]ed|granted|approved)\b/i

/** A permission of the Page by its name: then nothing that a single call needs besides is what is missing. */
export const PAGE_PERMISSION = /\bpages_\w+/i

/** The tag of a message. A message goes out without one, or with the one that Facebook has for people. */
export const TAG = /\btags?\b/i

/** A template of the Page's own; its approval is no permission of the app. */
export const TEMPLATE = /\btemplates? [^.]*\b(does not exist|not (been )?approved)\b/i

/** A file that Facebook did not get or did not take, which a later try may change. */
export const FILE_FAILED =
  /\b(fetch|download|upload)(ed|ing)?\b[^.]*\bfail(ed|ure|s)?\b|\b(fail(ed|ure)?|could not|cannot|can't|unable)\b[^.]*\b(fetch|download|upload)(ed|ing)?\b/i

/** A parameter or a part of the message, by its name. */
export const PART =
  /\bparam(eter)?s?\b|\bmessage\[|\b(attachments?|uploads?|urls?|buttons?|quick[_ ]repl(y|ies)|elements?|templates?|payloads?|(sub)?titles?|files?|filedata|(content|messaging|notification)_type|metadata|json)\b/i

/** What a refusal of code 100 may also be about: the app, the Page, the person, or how many calls there were. */
export const NOT_THE_MESSAGE =
  /\b(pages?|apps?|app[_ ]?id|applications?|business(es)?|accounts?|profiles?|admins?|tokens?|sessions?|users?|persons?|recipients?|conversations?|threads?|instagram|messages|messaging|calls?|requests?|rate|quota|version|api|endpoint|operation|action|feature|subscriptions?|verification|authori[sz]ation|identity|checkup|terms|polic(y|ies)|two[- ]?factor|later)\b/i

/** What a part of the message has to be like. */
export const FAULTY =
  /\b(must|should) (not )?(be|have|contain|provide|represent)\b|\b(is|are) (required|missing|empty|not allowed|malformed)\b|\bnon-?empty\b|\bcannot be empty\b|\bempty (text|message)\b|\b(too|longer|larger) (long|many|large|few|than)\b|\b(in(valid|correct)|duplicated?|malformed|whitelisted)\b|\bexceed(s|ed)?\b|\b(images?|videos?|audio|media|format|type)\b[^.]*\b(not|unsupported)\b|\bunsupported\b[^.]*\b(images?|videos?|audio|media|format|type)\b/i

/** An object that is not there; on a call for our own Page that is the Page. */
export const NO_OBJECT = /\bunsupported (post|get) request\b|\bobject\b[^.]* does not exist\b/i

/** Another app, or a person, answers in this conversation. A permission to control threads is something else. */
export const TAKEN_OVER =
  /\b(another|other) app(lication)?\b[^.]*\b(controls?|controlling|control of|taken over|owns)\b|\bcontrolling\b[^.]*\b(thread|conversation)\b|\b(thread|conversation)\b[^.]*\b(controlled|taken over|owned) by\b|\b(not the|no longer the) (thread|conversation) owner\b/i

/** There is no app any more, which no comparison of its id and secret shows. */
export const DELETED_APP = /\bError validating application\b.*\bhas been deleted\b/is

export const DEACTIVATED =
  /API access (is |was |has been )?(deactivated|disabled|disrupted|blocked|revoked|suspended)|app (is|was|has been) (deactivated|archived|disabled|blocked)|(deactivated|archived) app|\baccess to this data is (temporarily )?(disabled|blocked)/i

export const TWO_FACTOR = /two[- ]?factor|2fa\b/i

/** The app answers only people with a role in it, or this person has none. */
export const NO_ROLE =
  /\bnot (an? )?(admins?|administrators?|developers?|testers?)\b|\b(no|not have( a| any)?) role (on|in|for) (the|this|it|app|application)\b|\b(app|application) (is )?(not (yet )?(live|active|published|public)|in (development|test) mode)\b|\bdevelopment mode\b/i

export const WINDOW =
  /\boutside (of )?(the )?(allowed|24|messaging|standard)|\b24[- ]?hours?\b[^.]*\b(window|passed|expired|ago)\b|\bwindow (has |is )?(closed|expired|over)\b/i

/** The person takes nothing from this Page, or is not there. */
export const NO_SUCH_PERSON =
  /\bno matching (user|person)\b|\binvalid (fbid|psid|recipient)\b|\b(user|person|recipient) (was )?(not found|does not exist)\b|\b(user|person|recipient) (isn't|is not|is currently not) (available|receiving|reachable)|\b(user|person|recipient) (can't|cannot|can not|does not|doesn't) (receive|accept|get)|\b(user|person|recipient) (has )?blocked\b|\b(can't|cannot|can not) send messages? to (this|that|the) (id|user|person|recipient)\b|\bblocked by (the|this) (user|person|recipient)\b/i

export const NO_CONSENT =
  /\b(user|person|recipient)\b[^.]*\b(opted in|opt(ed)?[- ]?out|consent(ed)?|agreed)\b/i
