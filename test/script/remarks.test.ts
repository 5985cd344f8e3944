import { readdir, readFile } from 'node:fs/promises'
import t from 'tap'
import { remarksOn } from '../../src/script/remarks.ts'
import { atCaret, parse } from '../conversation/scripts.ts'

const ROOT = new URL('../../', import.meta.url)

const said = (text: string): string => `replies:\n  a:\n    when: x\n    say: ${text}\n`

/** Right scripts with a caret where one remark is to be found. */
const CASES: Record<string, [marked: string, says: RegExp]> = {
  'a word behind # is a comment': [
    said('‸We are #1 in town'),
    /^The text ends before "#1 in town".* put the whole text in quotes\.$/,
  ],
  'a text that begins with & begins with a mark': [said('&Co ‸is open'), /^"&Co" is a mark/],
  '\\n ends no line without double quotes': [said('‸Line one\\nLine two'), /is said as it stands/],
  '\\n ends no line in single quotes': [said("‸'Line one\\nLine two'"), /is said as it stands/],
  'phrases with an Arabic comma between them are one, in brackets, too': [
    'replies:\n  a: { when: [‸تطوع، متطوع], say: x }\n',
    /^This is one phrase\. Several have the comma "," between them: "\[تطوع, متطوع\]"\.$/,
  ],
  'phrases with a Chinese comma between them are one, beside others, too': [
    'replies:\n  a: { when: [hours, ‸营业时间、几点开门，时间], say: x }\n',
    /^This is one phrase/,
  ],
  'phrases with commas between them are one': [
    'replies:\n  a:\n    when: ‸opening, closing, business hours\n    say: x\n',
    /Several stand in brackets: "\[opening, closing, business hours\]"\.$/,
  ],
  'items without a space behind the dash are one text': [
    'replies:\n  a:\n    when:\n      ‸-opening\n      -closing\n    say: x\n',
    /^These lines are one text/,
  ],
  'the bullets of a word processor are one text': [
    said('‸We have\n      • tea\n      • coffee'),
    /^These lines are one text/,
  ],
  'typographic quotation marks are said': [said('‸“Nine to five”'), /are said, too/],
  'HTML is shown': [said('‸Nine<br>to five'), /^"<br>" is shown/],
  'a space of a web page is shown': [said('‸Nine&nbsp;to five'), /^"&nbsp;" is shown/],
  'a star stands for itself': ['replies:\n  a: { when: ‸"*", say: x }\n', /gets the "fallback"/],
  'a pattern fits everything': [
    'replies:\n  a: { when: ‸/.*/i, say: x }\n',
    /^This pattern fits every message/,
  ],
  'one brace makes no variable': [said('‸Hi {first_name}!'), /two braces: \{\{first_name\}\}\.$/],
  'the marks of another program make no variable': [said('‸Hi %first_name%!'), /^"%first_name%" is said/],
  'a page around a picture': [
    said('{ image: ‸https://drive.google.com/file/d/abc/view }'),
    /leads to a page around the file/,
  ],
  'an address of the own network': [
    said('{ image: ‸http://192.168.0.3/a.png }'),
    /^Only your own network has the address "192\.168\.0\.3"/,
  ],
  'a phrase with a variable': [
    "replies:\n  a: { when: ‸'i am {{name}}', say: x }\n",
    /^A phrase has no variables/,
  ],
  'Markdown is shown': [said("‸'See **here**'"), /^"\*\*here\*\*" is shown/],
  'a message behind a go is never said': [
    'replies:\n  a: { when: x, say: [{ go: b }, ‸Later.] }\n  b: { when: y, say: z }\n',
    /^This is never said/,
  ],
  'nothing leads to a reply': [
    'replies:\n  ‸a: { say: x }\nfallback: { say: y }\n',
    /^Nothing leads to the reply "a"/,
  ],
  'two names differ in capital letters': [
    'replies:\n  Hours: { when: x, say: a }\n  ‸hours: { when: y, say: b }\n',
    /^"hours" is another reply than "Hours" in line 2, whose name looks alike/,
  ],
  'two names cannot be told apart': [
    'replies:\n  caf\u00e9: { when: x, say: a }\n  ‸cafe\u0301: { when: y, say: b }\n',
    /is another reply than "café" in line 2/,
  ],
  'a form begins again after its last question': [
    'replies:\n  a: { when: x, ask: { question: q, remember: it }, next: ‸a }\n',
    /^The questions of "a" begin again/,
  ],
  'a form begins again by way of another reply': [
    'replies:\n  a: { when: x, ask: { question: q, remember: it }, next: ‸b }\n  b: { say: [thanks, { go: a }] }\n',
    /^The questions of "a" begin again/,
  ],
  'two questions remember their answers under one name': [
    'replies:\n  a:\n    when: x\n    ask: [{ question: q, remember: it }, { question: r, remember: ‸it }]\n    next: b\n  b: { say: y }\n',
    /^Two questions of this form remember/,
  ],
  'a time zone without summer time': [
    'hours: { time_zone: ‸EST, open: { mon: 9-18 } }\nfallback: { say: x }\n',
    /America\/New_York/,
  ],
  'a time zone whose sign is the other way round': [
    'hours: { time_zone: ‸Etc/GMT+2, open: { mon: 9-18 } }\nfallback: { say: x }\n',
    /is behind Greenwich/,
  ],
}

for (const [title, [marked, says]] of Object.entries(CASES)) {
  t.test(`${title}: a remark says so`, async (t) => {
    const { script, line, column } = atCaret(marked)
    t.doesNotThrow(() => parse(script))
    const remarks = remarksOn(script, 'bot.yaml')
    t.equal(remarks.length, 1, { remarks })
    t.match(remarks[0], { line, column, says })
  })
}

t.test('what is meant as it stands gets no remark', async (t) => {
  const scripts = [
    said('Nine to five # until May'),
    said('Nine to five  #until May'),
    said("'We are #1 in town'"),
    said('"Line one\\nLine two"'),
    said('R&D, fish & chips'),
    said('1 < 2, a<b'),
    said('"{{page_name}} {x} 20% name%"'),
    said('{ image: "https://www.dropbox.com/s/a/b.png?raw=1" }'),
    said('{ image: "https://drive.google.com/uc?export=download&id=a" }'),
    'replies:\n  a: { when: /^.*cake/, say: x }\n',
    'replies:\n  a: { when: x, ask: { question: q, remember: it }, next: b }\n  b: { say: [{ if: { visit: first }, go: a }, y] }\n',
    said('He said “hello” to us'),
    said('|\n      - tea\n      - coffee'),
    'replies:\n  a: { when: "hello, how are you", say: x }\n',
    'replies:\n  a: { when: hello how are you doing today, say: x }\n',
    'replies:\n  a:\n    when: hello, how are you\n    say: x\n',
    "replies:\n  a: { when: '/a, b\\n, c/', say: x }\n",
    'replies:\n  a: { when: x, say: &hi Hello, choices: [b] }\n  b: { title: B, say: *hi }\n',
    'replies:\n  a: { when: x, say: { if: { visit: first }, go: b } }\n  b: { say: x }\n',
    'profile: { get_started: a }\nreplies: { a: { say: x } }\n',
    'assistant: { url: "https://a.example/v1", model: m }\nreplies: { a: { say: x } }\n',
    'assistant: { url: "https://a.example/v1", model: m, about: [a] }\nreplies: { a: { say: x } }\n',
    'replies: { 1: { say: x }, true: { say: y }, a: { when: x, say: { go: 1 } }, b: { when: y, say: { go: true } } }\n',
  ]
  for (const script of scripts) {
    t.doesNotThrow(() => parse(script), script)
    t.same(remarksOn(script, 'bot.yaml'), [], script)
  }
})

t.test('neither the sample nor the cookbook gets a remark', async (t) => {
  const cookbook = (await readdir(new URL('docs/cookbook', ROOT))).filter((name) => name.endsWith('.yaml'))
  for (const name of ['bot.example.yaml', ...cookbook.map((file) => `docs/cookbook/${file}`)])
    t.same(remarksOn(await readFile(new URL(name, ROOT)), name), [], name)
})
