import type { QuestionKind } from '../../script/types.ts'
import { choice } from './choice.ts'
import { date } from './date.ts'
import { email } from './email.ts'
import type { Kind } from './kind.ts'
import { number } from './number.ts'
import { phone } from './phone.ts'
import { text } from './text.ts'

export const KINDS: Readonly<Record<QuestionKind, Kind>> = { text, number, email, phone, date, choice }
