import t from 'tap'
import { headlineOf, levelOfAll } from '../../src/findings/findings.ts'

const finding = (
  kind: 'token_invalid' | 'silent' | 'refused' | 'graph',
  level: 'look' | 'needed',
  headline: string,
) => ({
  kind,
  level,
  headline,
})

t.test('the headline is the worst of all, names what it is, and does not claim more', async (t) => {
  const dead = finding('token_invalid', 'needed', 'Bakery cannot answer')
  const silent = finding('silent', 'needed', 'Bakery hears nothing from Facebook')
  const refused = finding('refused', 'look', 'The bot has replies that Facebook refused')
  const graph = finding('graph', 'look', 'Facebook does not answer')
  t.equal(headlineOf([]), 'All is well')
  t.equal(headlineOf([dead]), 'Bakery cannot answer')
  t.equal(headlineOf([dead, refused]), 'Bakery cannot answer')
  t.equal(headlineOf([silent]), 'Bakery hears nothing from Facebook')
  t.equal(headlineOf([dead, silent]), '2 things keep the bot from answering')
  t.equal(headlineOf([refused]), 'The bot has replies that Facebook refused')
  t.equal(headlineOf([graph, refused]), 'Facebook does not answer, and 1 more to look at')
  t.equal(levelOfAll([]), 'well')
  t.equal(levelOfAll([dead, refused]), 'needed')
  t.equal(levelOfAll([refused]), 'look')
})
