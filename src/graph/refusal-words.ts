/**
 * Expressions for Graph's messages, for codes that have several meanings. Graph has no fixed texts, so each expression looks for
 * the words that all texts about one cause have in common (docs/messenger-platform.md#m). They are data of the table in
 * `verdicts.ts`.
 */

/** A missing permission, under codes that mostly mean something else. */
export const MISSING_PERMISSION =
  /missing permissions?\b|reviewable feature|\brequires? [^.]*\bpermissions?\b|\bpermissions? [^.]*\b(is|are) (required|missing|needed)|must be granted/i

/**
 * Texts of codes 10 and 200 that are about the app or the Page as a whole, or that hold no letters. Graph translates its texts
 * for some people who make tokens, so any other text may be about one visitor.
 */
export const ABOUT_THE_PAGE =
  /^\P{L}*$|^(?!.*\b((this|that) (person|user)|(this|that|the) recipient)\b).*(permis|\b(pages?|apps?|applications?|access|capability|features?|review|roles?|admin\w*|business|tokens?|authori[sz]\w*|publish\w*|pages_\w+)\b)/isu

/**
 * The call had a user token or another one that is not of a Page. Graph uses the same words for a Page token that has ended, so
 * texts that say so are left out.
 */
export const NO_PAGE_TOKEN =
  /^(?!.*\b(expired|invalid|invalidated|revoked)\b).*(\b(requires?|required|needs?|must be (called|made) with)\b[^.]*\bpage access token\b|\bpage access token\b[^.]*\b(required|needed)\b)/is

/** The call came without an access token; only together with codes 104 and 2500. */
export const ACCESS_TOKEN = /access token/i

/** Graph's texts under 200 for a call without an access token, or with an incomplete Authorization header. */
export const NO_APP_ID = /\bprovide (a )?valid app id\b|\bmust have a valid access[_ ]token\b/i

/** The person who made the token has lost the role on the Page; Graph says so under 190 without a subcode, too. */
export const NO_PAGE_ROLE =
  /\b(must be|is not|isn't|is no longer) an? (admin\w*|editor|moderator)\b[^.]*\bpage\b|\bnot have sufficient administrative permissions?\b|\b(no|not have a|suitable|sufficient) role on (the|this) page\b/i

/** The person must pass a security check on facebook.com before Facebook accepts the token again. */
export const CHECKPOINT =
  /\btill you log in to (www\.)?facebook\b|\bcheckpoint(ed)?\b|\bnot a confirmed user\b/i

/**
 * Facebook wants the identity of the person who manages the Page confirmed before the Page may send. Words about the identity of a visitor
 * or of the business do not match.
 */
export const IDENTITY =
  /^(?!.*\b((this|that) (person|user)|(this|that|the) recipient|identity of (the|your) (business|app|company))\b).*(\b(confirm|verif|prov)(e|y|ied|ing)? (your|the|their) identity\b|\bidentity (confirmation|verification)\b|\bidentity\b[^.]*\b(confirmed|verified)\b)/is

/** Facebook does not do this for people or Pages of some regions. */
export const PRIVACY_RULES = /\bprivacy rules in\b/i

/** The Page is not public: it is unpublished, deleted or blocked. */
export const PAGE_GONE = /\bbelongs to a page that is not accessible\b/i

/** The person did not tick the Page, or a permission for it, in the latest login. */
export const NOT_TICKED = /\bmust be granted before impersonating\b/i

/** The app is set up as a desktop app, so Facebook does not accept its secret. */
export const DESKTOP_APP = /\bdesktop app\b/i

/**
 * Facebook blocks the content of one message (codes 368 and 2022), most often a link on its lists. A block of the whole Page or
 * app may name content as its reason, too; its text then says how long, what is turned off, or whose content it is, and the first
 * half of the expression leaves such texts out.
 */
export const BLOCKED_CONTENT =
  /^(?!.*(\b(temporar\w*|restrict\w*|disabled|suspended|limit\w*|right now|until|(cannot|can't) (send|message|use)|(you('ve| have) been|you('re| are)( \w+)?|sending is|messag\w+ (\w+ ){0,4}(is|are)) (blocked|turned off)|for (now|\w+ (hours?|days?)))\b|\b(page|account|app|application|business|shop|catalog(ue)?|website)s? (includes?|contains?|has|have|is|was)\b)).*(\b(includes?|contains?|has) (an? |some )?((blocked|unsafe) )?(content|links?|urls?)\b|\b(this|the|your) (content|links?|urls?) (goes|is|was|has been|couldn't)\b)/is

/** Texts that are the same for every fault under their code. */
export const GENERIC =
  /^(\(#-?\d+\)\s*)?(invalid parameters?|param(eter)? error|permissions? error|unsupported operation|(an?\s+)?(unknown|unexpected)( internal)? error( has)?( occurred)?)[.!]?$/i

/**
 * A missing permission in any words, for code 100: its other meanings are faults of a message, whose texts have none of these
 * words.
 */
export const LACKING =
  /\bpermissions?\b|\breviewable feature|\bmust be granted\b|\b(advanced|standard|content) access\b|\bapp review\b|\b(business|app) verification\b|\breviewed and approved\b|\bcapability\b|\b(requires?|needs?|lacks?) [^.]*\b(feature|task|role|scope)\b|\bscopes? [^.]*\b(missing|required|not granted)|\b(pages_|instagram_|business_management)\w*|\bnot (been )?(authori[sz]ed|granted|approved)\b/i

/** The name of a Page permission: then that one is missing, and not the permission that only this call needs. */
export const PAGE_PERMISSION = /\bpages_\w+/i

/** The tag of a message. The bot sends messages without a tag or with HUMAN_AGENT. */
export const TAG = /\btags?\b/i

/** A message template of the Page; its approval is not a permission of the app. */
export const TEMPLATE = /\btemplates? [^.]*\b(does not exist|not (been )?approved)\b/i

/** What is wrong with the code that a login ended with. */
export const REDIRECT_URI = /\bredirect_uri\b/i
export const USED_CODE = /\bauthorization code has been used\b/i
export const EXPIRED_CODE = /\bauthorization code has expired\b/i
export const NO_CODE = /\binvalid verification code format\b/i

/** Facebook did not get or did not take a file; a later try may succeed. */
export const FILE_FAILED =
  /\b(fetch|download|upload)(ed|ing)?\b[^.]*\bfail(ed|ure|s)?\b|\b(fail(ed|ure)?|could not|cannot|can't|unable)\b[^.]*\b(fetch|download|upload)(ed|ing)?\b/i

/** Codes of Facebook's media service are about the file where the text speaks of one. */
export const PICTURE_OR_VIDEO = /\b(images?|photos?|pictures?|videos?)\b/i

/** A parameter or a part of the message, by its name. */
export const PART =
  /\bparam(eter)?s?\b|\bmessage\[|\b(attachments?|uploads?|urls?|buttons?|quick[_ ]repl(y|ies)|elements?|templates?|payloads?|(sub)?titles?|files?|filedata|(content|messaging|notification)_type|metadata|json)\b/i

/**
 * A parameter of the call beside the message, which the bot writes into every call alike. Facebook names parts of a message with
 * brackets, such as `message[attachment]`.
 */
export const OF_THE_CALL =
  /\bthe parameter (?!([a-z]+_)*((attach|ele)ments?|urls?|buttons?|repl(y|ies)|template|payload|(sub)?title|file|text|type)\b)[a-z_]+ is required\b|\bthe parameter (messaging|notification)_type is required\b|\bparam(eter)? (recipient|message|messaging_type|notification_type|tag)(?= (is|must|should|has)\b)/i

/** Words of code 100 that are not about the message: the app, the Page, the person, or the number of calls. */
export const NOT_THE_MESSAGE =
  /\b(pages?|apps?|app[_ ]?id|applications?|business(es)?|accounts?|profiles?|admins?|tokens?|sessions?|users?|persons?|recipients?|conversations?|threads?|instagram|messages|messaging|calls?|requests?|rate|quota|version|api|endpoint|operation|action|feature|subscriptions?|verification|authori[sz]ation|identity|checkup|terms|polic(y|ies)|two[- ]?factor|later)\b/i

/** A rule that a part of the message breaks. */
export const FAULTY =
  /\b(must|should) (not )?(be|have|contain|provide|represent)\b|\b(is|are) (required|missing|empty|not allowed|malformed)\b|\bnon-?empty\b|\bcannot be empty\b|\bempty (text|message)\b|\b(too|longer|larger) (long|many|large|few|than)\b|\b(in(valid|correct)|duplicated?|malformed|whitelisted)\b|\bexceed(s|ed)?\b|\b(images?|videos?|audio|media|format|type)\b[^.]*\b(not|unsupported)\b|\bunsupported\b[^.]*\b(images?|videos?|audio|media|format|type)\b/i

/** An object does not exist; on a call for the bot's own Page, that object is the Page. */
export const NO_OBJECT = /\bunsupported (post|get) request\b|\bobject\b[^.]* does not exist\b/i

/** Another app or a person controls this conversation. Texts about a permission to control threads do not match. */
export const TAKEN_OVER =
  /\b(another|other) app(lication)?\b[^.]*\b(controls?|controlling|control of|taken over|owns)\b|\bcontrolling\b[^.]*\b(thread|conversation)\b|\b(thread|conversation)\b[^.]*\b(controlled|taken over|owned) by\b|\b(not the|no longer the) (thread|conversation) owner\b|\bnot the owner of (the|this) (thread|conversation)\b/i

/** The app is not the Page's default app, which was called the primary app or receiver before. */
export const NOT_DEFAULT_APP = /\bnot (set as )?the (primary|default)(\/\w+)? (app|receiver)\b/i

/** The app was deleted; app id and secret may still be the right ones. */
export const DELETED_APP = /\bError validating application\b.*\bhas been deleted\b/is

export const DEACTIVATED =
  /\b(API|platform) access (is |was |has been )?(temporarily )?(deactivated|disabled|disrupted|blocked|revoked|suspended)|app (is|was|has been) (deactivated|archived|disabled|blocked)|(deactivated|archived) app|\baccess to this data is (temporarily )?(disabled|blocked)/i

export const TWO_FACTOR = /two[- ]?factor|2fa\b/i

/** The app is not live, so it reaches only people with a role in it, and this person has none. */
export const NO_ROLE =
  /\bnot (an? )?(admins?|administrators?|developers?|testers?)\b|\b(no|not have( a| any)?) role (on|in|for) (the|this|it|app|application)\b|\b(app|application) (is )?(not (yet )?(live|active|published|public)|in (development|test) mode)\b|\bdevelopment mode\b/i

export const WINDOW =
  /\boutside (of )?(the )?(allowed|24|messaging|standard)|\b24[- ]?hours?\b[^.]*\b(window|passed|expired|ago)\b|\bwindow (has |is )?(closed|expired|over)\b/i

/** The person, or the conversation with the person, does not exist, or the person does not receive messages from this Page. */
export const NO_SUCH_PERSON =
  /\bno matching (user|person)\b|\binvalid (fbid|psid|recipient)\b|\b(user|person|recipient) (was )?(not found|does not exist)\b|\b(user|person|recipient) (isn't|is not|is currently not) (available|receiving|reachable)|\b(user|person|recipient) (can't|cannot|can not|does not|doesn't) (receive|accept|get)|\b(user|person|recipient) (has )?blocked\b|\b(can't|cannot|can not) send( messages?)? to (this|that|the) (id|user|person|recipient)\b|\bblocked by (the|this) (user|person|recipient)\b|\bdeleted this conversation\b|\bthread does not exist\b/i

export const NO_CONSENT =
  /\b(user|person|recipient)\b[^.]*\b(opted in|opt(ed)?[- ]?out|consent(ed)?|agreed)\b/i
