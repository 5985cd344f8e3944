/**
 * The key (`matchKey`) without idioms that contain a word of denial or undoing and deny or undo nothing: "no problem", "not too late",
 * "free cancellation". "Can't wait until Friday" stays.
 */
export const withoutIdioms = (key: string): string => key.replace(IDIOMS, ' ').replace(/ +/g, ' ').trim()

const IDIOMS = new RegExp(
  `\\b(?:${[
    'no (?:problems?|worries|rush|hurry|allergies|preferences?)',
    'not (?:too|so|very) (?:late|early)',
    '(?:cant|cannot|can not) wait(?! (?:until|till|til|for|to))',
    'why not',
    'free cancell?ations?|annulation gratuite',
    'kein problem|keine (?:allergien|eile|sorge)|nicht (?:zu|so|allzu) (?:spat|fruh)|warum nicht',
    'pas de (?:problemes?|soucis?)|pas d allergies?|pas (?:trop|tres) (?:tard|tot)|pourquoi pas',
    'no hay (?:ningun )?problema|no (?:muy|demasiado|tan) (?:tarde|temprano)|por que no',
    'non (?:troppo|molto) (?:tardi|presto)|perche non',
    'nao (?:muito|tao) (?:tarde|cedo)|por que nao',
    'niet te (?:laat|vroeg)|geen probleem|waarom niet',
    'nie za (?:pozno|wczesnie)|nie ma (?:problemu|sprawy)|(?:dlaczego|czemu) nie',
    '(?:duoc|co duoc|duoc chu|co the|ok) khong',
  ].join('|')})(?= |$)`,
  'g',
)
