import { checkButtons } from './button-rules.ts'
import { badParameter, missingParameter, notOneOf, tooLong } from './failure.ts'
import { asText, isTrue, type Params } from './params.ts'
import { PART } from './shapes.ts'
import type { TemplateRule } from './template-rule.ts'
import { objectIn, objectsIn, onlyObjectIn, optionalTextIn, readObject, text, url } from './value-rules.ts'

const QUESTION_TYPES = ['csat', 'nps', 'ces', 'free_form']
const HAS_ADDRESS = /https?:\/\/|www\./i

/** The templates that ask something of the visitor, and the grid of pictures (docs/messenger-platform.md#f7). */
const customerFeedback: TemplateRule = (payload, at) => {
  const limits: [string, number][] = [
    ['title', 65],
    ['subtitle', 80],
    ['button_title', 20],
  ]
  for (const [key, most] of limits) {
    optionalTextIn(payload, key, at, most)
    if (HAS_ADDRESS.test(asText(payload[key]))) throw badParameter(`Param ${at}[${key}] must not hold a URL`)
  }
  if (payload['title'] === undefined) throw missingParameter(`${at}[title]`)
  privacy(payload, at)
  expiry(payload, at)
  const [screen, screenAt] = onlyObjectIn(payload, 'feedback_screens', at, PART.screen)
  const [question, questionAt] = onlyObjectIn(screen, 'questions', screenAt, PART.question)
  text(question, 'id', questionAt, 80)
  if (!/^\w+$/.test(asText(question['id']))) {
    throw badParameter(`Param ${questionAt}[id] must be alphanumeric or underscore`)
  }
  if (!QUESTION_TYPES.includes(asText(question['type'])))
    throw notOneOf(`${questionAt}[type]`, QUESTION_TYPES)
  if (question['title'] !== undefined) text(question, 'title', questionAt, 85, 5)
  if (question['follow_up'] === undefined) return
  const followUp = readObject(question['follow_up'], `${questionAt}[follow_up]`, PART.followUp)
  if (followUp['type'] !== 'free_form') throw notOneOf(`${questionAt}[follow_up][type]`, ['free_form'])
  optionalTextIn(followUp, 'placeholder', `${questionAt}[follow_up]`, 65)
}

const customerInformation: TemplateRule = (payload, at) => {
  privacy(payload, at)
  expiry(payload, at)
  const countries = payload['countries']
  if (countries === undefined) return
  if (!Array.isArray(countries) || !countries.every((country) => /^[A-Z]{2}$/.test(asText(country)))) {
    throw badParameter(`Param ${at}[countries] must be a list of country codes`)
  }
}

const imageGrid: TemplateRule = (payload, at, { isWhitelisted }) => {
  const [element, name] = onlyObjectIn(payload, 'elements', at, PART.gridElement)
  optionalTextIn(element, 'title', name, 45)
  optionalTextIn(element, 'subtitle', name, 80)
  const images = objectsIn(element, 'images', name, PART.gridImage, { least: 2, most: 6 })
  for (const [image, imageAt] of images) {
    url(image, 'url', imageAt)
    if (image['action'] !== undefined) {
      gridAction(objectIn(image, 'action', imageAt, PART.gridAction), `${imageAt}[action]`)
    }
  }
  if (images.filter(([image]) => isTrue(image['is_hero_image'])).length > 1) {
    throw badParameter(`Param ${name}[images] must have one hero image at most`)
  }
  checkButtons(element, name, isWhitelisted, { only: ['web_url', 'postback'] })
}

const gridAction = (action: Params, at: string): void => {
  if (action['type'] === 'web_url') return url(action, 'url', at)
  if (action['type'] !== 'postback') throw notOneOf(`${at}[type]`, ['web_url', 'postback'])
  text(action, 'payload', at, 1000)
}

const privacy = (payload: Params, at: string): void =>
  url(objectIn(payload, 'business_privacy', at, PART.privacy), 'url', `${at}[business_privacy]`)

const expiry = (payload: Params, at: string): void => {
  const days = payload['expires_in_days']
  if (days === undefined) return
  const read = Number(asText(days))
  if (!Number.isInteger(read) || read < 1)
    throw badParameter(`Param ${at}[expires_in_days] must be from 1 to 7`)
  if (read > 7) throw tooLong(`${at}[expires_in_days]`, 7)
}

export const FORM_TEMPLATES: Record<string, TemplateRule> = {
  customer_feedback: customerFeedback,
  customer_information: customerInformation,
  image_grid: imageGrid,
}
