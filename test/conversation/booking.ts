/** A form with a question of each common kind, a reply beside it and one that calls a person. */
export const BOOKING = `
replies:
  book:
    title: Book a table
    when: book a table
    say: With pleasure.
    ask:
      - { question: 'For how many people?', remember: people, as: number, min: 1, max: 12, retry: 'From 1 to 12, please.' }
      - { question: 'On which day?', remember: day, as: date }
      - { question: 'Inside or outside?', remember: where, one_of: [Inside, { title: Outside, value: out }] }
      - { question: 'Your e-mail?', remember: email, as: email }
      - { question: 'Your phone?', remember: phone, as: phone }
      - { question: 'Under which name, {{first_name | please}}?', remember: guest }
    answers: keep
    next: booked
  booked: { say: 'Thank you, {{guest}}: {{people}} people on {{day}}.', choices: [hours] }
  hours: { title: Hours, when: [hours, opening hours], say: From 9 to 18. }
  person: { title: A person, when: [talk to a person], say: Somebody comes., do: handover }
fallback: { say: Pardon? }
`
