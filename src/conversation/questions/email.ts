import { clean } from './given.ts'
import type { Kind } from './kind.ts'

export const emailKind: Kind = {
  answerIn: (text, _question, { payload }) => emailIn(clean(payload ?? '')) ?? emailIn(text),
  retry: 'notEmail',
  button: { content_type: 'user_email' },
}

/** Null for two addresses, too, because only the visitor knows which one is meant. */
const emailIn = (text: string): string | null => {
  const found =
    text.normalize('NFKC').replaceAll('’', "'").slice(0, LONGEST).replace(LABEL, '$1 ').match(EMAIL) ?? []
  const [address, ...others] = new Set(found.map(withoutSentence))
  return address === undefined || others.length > 0 || /^\.|\.@|\.\.|@-/.test(address) ? null : address
}

/** The address without the words that writing without spaces has directly before it: "メールはa@b.org". */
const withoutSentence = (address: string): string => {
  const [local = '', domain = ''] = address.split('@')
  return /[a-z\d]$/i.test(local) ? `${local.replace(BEFORE, '')}@${domain}` : address
}

const LONGEST = 320
/**
 * Quotation marks and other signs are allowed in addresses, but stand around them far more often. An apostrophe is in names. The signs that
 * part no words stand between letters or digits: without them, "bob" of "jim#bob@b.org" would be another person's address.
 */
const EMAIL =
  /(?<![\p{L}\p{M}\p{N}_+.@])[\p{L}\p{N}_+.](?:[\p{L}\p{M}\p{N}_+.'%&-]|(?<=[\p{L}\p{M}\p{N}])[#$^~{}](?=[\p{L}\p{N}])){0,63}@[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?(?:\.[\p{L}\p{M}\p{N}-]+)*\.(?:xn--[a-z\d-]+|[a-z]{2,}|\p{L}[\p{L}\p{M}]+)/giu
/** The words of a label before a sign that may also be in an address: "mail#jim@b.org", "Order #12~jim@b.org". */
const LABEL =
  /(^|[^\p{L}\p{M}\p{N}_+.@#$^~{}'%&-])(?:(?:e-?)?mail|(?:e-?)?correo|[#$^~{}]+\p{N}+)[#$^~{}]+(?=[\p{L}\p{N}])/giu
const BEFORE =
  /^.*[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Arabic}\p{Script=Hebrew}](?=[\w.+-])/u
