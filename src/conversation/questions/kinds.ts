import type { QuestionKind } from '../../script/types.ts'
import { choiceKind } from './choice.ts'
import { dateKind } from './date.ts'
import { emailKind } from './email.ts'
import type { Kind } from './kind.ts'
import { numberKind } from './number.ts'
import { phoneKind } from './phone.ts'
import { textKind } from './text.ts'

export const KINDS: Readonly<Record<QuestionKind, Kind>> = {
  text: textKind,
  number: numberKind,
  email: emailKind,
  phone: phoneKind,
  date: dateKind,
  choice: choiceKind,
}
