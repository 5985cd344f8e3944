import t from 'tap'
import { arrangeReply, changeReply, replyForm } from '../../src/editing/reply-form.ts'
import { fieldsOf, fill, read, readSample, SCRIPT, SCRIPTS, valuesOf } from './samples.ts'

const arrange = (
  steps: readonly Parameters<typeof arrangeReply>[3][],
  { name = 'hours' as string | null, text = SCRIPT, filled = {} as Record<string, string> } = {},
): string => {
  let draft: string | null = null
  let given = new Map(Object.entries(filled))
  for (const step of steps) {
    draft = arrangeReply(text, name, { filled: given, draft }, step)
    given = new Map()
  }
  return changeReply(text, name, { filled: given, draft })
}

t.test('messages are moved with their comments, and all else stays as it is', async (t) => {
  t.equal(
    arrange([{ do: 'up', message: 1 }]),
    SCRIPT.replace(
      `      - From 9 to 18.   # in winter

      # The long one.
      - |
        On Sundays
        we are closed.
`,
      `      # The long one.
      - |
        On Sundays
        we are closed.

      - From 9 to 18.   # in winter
`,
    ),
  )
  t.equal(
    arrange([
      { do: 'down', message: 0 },
      { do: 'up', message: 1 },
    ]),
    SCRIPT,
    'there and back',
  )
  const flow =
    'replies:\n  a: # of us\n    say: [One, { image: two.png }, Three.] # so many\nfallback: { say: x }\n'
  t.equal(
    arrange([{ do: 'down', message: 0 }], { name: 'a', text: flow }),
    flow.replace('One, { image: two.png }', '{ image: two.png }, One'),
  )
  t.throws(() => arrange([{ do: 'up', message: 0 }]), { code: 'BOT_SCRIPT_NOT_EDITABLE' })
  t.throws(() => arrange([{ do: 'down', message: 2 }]), { code: 'BOT_SCRIPT_NOT_EDITABLE' })
})

t.test(
  'what is typed is kept by every step, and messages are added and taken out before anything is saved',
  async (t) => {
    const text = arrange(
      [{ do: 'add' }, { do: 'up', message: 3 }, { do: 'out', message: 0 }, { do: 'out', message: 0 }],
      { filled: { 'say.new': 'Ring twice: loudly.', 'say.2.text': 'Come in!', title: 'Hours' } },
    )
    t.match(read(text).replies.get('hours'), { title: 'Hours' })
    t.match(valuesOf(text, 'hours'), { 'say.0': 'Ring twice: loudly.', 'say.1.text': 'Come in!' })
    t.notMatch(text, /From 9 to 18|On Sundays/)
    t.match(text, /# the map/)
    t.match(text, /choices: \[order\]/)
  },
)

t.test('in every sample each message can be moved there and back', async (t) => {
  for (const { name, text } of SCRIPTS) {
    for (const reply of readSample(text).keys()) {
      const count = fieldsOf(replyForm(text, reply)).filter(({ kind }) => kind === 'message').length
      for (let message = 1; message < count; message += 1) {
        const moved = arrange([{ do: 'up', message }], { name: reply, text })
        t.not(moved, text)
        t.equal(
          arrange(
            [
              { do: 'up', message },
              { do: 'down', message: message - 1 },
            ],
            { name: reply, text },
          ),
          text,
          `${name}: ${reply} ${message}`,
        )
        t.doesNotThrow(() => readSample(moved), `${name}: ${reply} ${message}`)
      }
    }
  }
})

/** The same reply in every layout of YAML, by what stands around it. */
const LAYOUTS = {
  'all in flow style':
    'replies: { hours: { title: Hours, say: [One, { text: Two }, Three.] }, b: { say: x } } # end\n',
  'a reply in flow style':
    'replies:\n  hours: { title: Hours, say: [One, { text: Two }, Three.] } # end\n  b: { say: x }\n',
  'messages in flow style':
    'replies:\n  hours:\n    title: Hours\n    say: [One, { text: Two }, Three.]\n  b: { say: x } # end\n',
  'flow style over several lines':
    'replies: {\n  hours: {\n    title: Hours,\n    say: [\n      One, # first\n      { text: Two },\n      Three.\n    ],\n  },\n  b: { say: x } # end\n}\n',
  JSON: '{"replies": {"hours": {"title": "Hours", "say": ["One", {"text": "Two"}, "Three."]}, "b": {"say": "x"}}}\n',
  'an explicit key':
    '? replies\n: hours: { title: Hours, say: [One, { text: Two }, Three.] }\n  b: { say: x } # end\n',
}

for (const [layout, text] of Object.entries(LAYOUTS)) {
  t.test(`messages are moved, added and taken out: ${layout}`, async (t) => {
    const says = (script: string): unknown[] =>
      Object.entries(valuesOf(script, 'hours')).flatMap(([id, value]) =>
        /^say\.\d+(\.text)?$/.test(id) ? [value] : [],
      )
    const made = (steps: Parameters<typeof arrange>[0], filled: Record<string, string> = {}): string => {
      const changed = arrange(steps, { name: 'hours', text, filled })
      t.ok(read(changed), 'it is a script')
      t.match(valuesOf(changed, 'b'), { 'say.0': 'x' }, 'and says what it said elsewhere')
      t.equal(changed.includes('# end'), text.includes('# end'))
      return changed
    }
    t.same(says(text), ['One', 'Two', 'Three.'])
    t.same(says(made([{ do: 'up', message: 1 }])), ['Two', 'One', 'Three.'])
    t.same(says(made([{ do: 'down', message: 1 }])), ['One', 'Three.', 'Two'])
    for (const [message, left] of [
      [0, ['Two', 'Three.']],
      [1, ['One', 'Three.']],
      [2, ['One', 'Two']],
    ] as const)
      t.same(says(made([{ do: 'out', message }])), left, `without ${message}`)
    const several = made(
      [{ do: 'add' }, { do: 'up', message: 3 }, { do: 'out', message: 0 }, { do: 'out', message: 0 }],
      { 'say.new': 'Ring: twice, [loudly]', title: 'Times' },
    )
    t.same(says(several), ['Ring: twice, [loudly]', 'Three.'])
    t.equal(read(several).replies.get('hours')?.title, 'Times')
    t.equal(
      made([
        { do: 'up', message: 2 },
        { do: 'down', message: 1 },
      ]),
      text,
      'there and back',
    )
    for (const draft of ['', 'b: { say: y }', 'hours: { say: y }, c: { say: z }', 'hours: { say: y'])
      t.throws(
        () => changeReply(text, 'hours', { filled: new Map(), draft }),
        { code: 'BOT_SCRIPT_NOT_EDITABLE' },
        draft,
      )
  })
}

t.test('a message in flow style goes with its own comment, and the others keep theirs', async (t) => {
  const lines = ['One, # first', 'Two, # second', 'Three, # third', 'Four # last']
  const text = `replies:\n  a:\n    say: [\n      ${lines.join('\n      ')}\n    ]\n`
  for (let gone = 1; gone < 2 ** lines.length - 1; gone += 1) {
    const isGone = (n: number): boolean => (gone & (1 << n)) !== 0
    const out = Object.fromEntries(lines.flatMap((_, n) => (isGone(n) ? [[`say.${n}.out`, 'yes']] : [])))
    const changed = fill('a', out, text)
    const kept = lines.filter((_, n) => !isGone(n))
    t.same(
      read(changed).replies.get('a')?.say,
      kept.map((line) => ({ kind: 'text', text: [line.split(/\W/)[0]] })),
      changed,
    )
    for (const line of kept) t.ok(changed.includes(line.split('# ')[1] ?? ''), `${changed} keeps ${line}`)
  }
})

t.test('a draft that is more or less than its reply is refused', async (t) => {
  const change = (draft: string) => changeReply(SCRIPT, 'hours', { filled: new Map(), draft })
  for (const draft of [
    '',
    'profile: {}\n',
    '  hours: { say: x }\n  other: { say: y }\n',
    '  other: { say: y }\n',
  ])
    t.throws(() => change(draft), { code: 'BOT_SCRIPT_NOT_EDITABLE' }, JSON.stringify(draft))
  t.match(valuesOf(change('  hours: { say: x }\n'), 'hours'), { 'say.0': 'x' })
})
