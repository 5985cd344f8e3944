import { matchKey } from '../script/match-key.ts'

/** Whether a text corrects what its writer has said before: "No, I mean Thursday", "Entschuldigung, ich meinte 5". */
export const isCorrection = (text: string): boolean => CORRECTION.test(matchKey(text))

const CORRECTION = new RegExp(
  `^(?:(?:${[
    'no|oh|oops|ups|wait|sorry|actually|nein|ach|halt|entschuldigung|non|pardon|desole|perdon|scusa|scusi|nao|desculpe|desculpa|nee|nie|przepraszam',
  ].join('|')}) )*(?:${[
    'i (?:mean|meant)|i was meaning',
    'ich (?:meine|meinte)',
    'je (?:veux|voulais) dire',
    '(?:quiero|quise|queria) decir|me referia a',
    'intendo|intendevo|(?:voglio|volevo) dire',
    '(?:quero|queria|quis) dizer',
    'ik (?:bedoel|bedoelde)',
    '(?:chodzi|chodzilo) mi o|(?:mam|mialem|mialam) na mysli',
  ].join('|')}) `,
)
