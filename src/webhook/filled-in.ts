import { isJsonObject, type JsonObject } from '../base/json.ts'
import type {
  FeedbackAnswer,
  FeedbackScreen,
  InformationScreen,
  Notifications,
  OrderedProduct,
} from './events.ts'
import { countOf, idOf, listOf, millisOf, objectOf, textOf, type FieldValue } from './read.ts'

/** The consent given in the opt-in template; null for another kind of opt-in. */
export const readNotifications = (optin: JsonObject): Notifications | null => {
  // `one_time_notif_token` is the name from before 2022; Facebook no longer sends it for new opt-ins.
  const token = textOf(optin['notification_messages_token'] ?? optin['one_time_notif_token'])
  const status = textOf(optin['notification_messages_status'])
  if (token === null && status === null) return null
  return {
    token,
    frequency: textOf(optin['notification_messages_frequency']),
    timeZone: textOf(optin['notification_messages_timezone']),
    tokenExpiresMs: millisOf(optin['token_expiry_timestamp']),
    tokenStatus: textOf(optin['user_token_status']),
    status,
    title: textOf(optin['title']),
  }
}

/** A visitor's answers to the feedback template. */
export const readFeedbackScreens = (field: FieldValue): FeedbackScreen[] =>
  listOf(field).map((screen) => {
    const { screen_id: screenId, questions } = objectOf(screen)
    return {
      screenId: textOf(screenId),
      questions: Object.entries(objectOf(questions)).map(readFeedbackAnswer),
    }
  })

const readFeedbackAnswer = ([id, field]: [string, FieldValue]): FeedbackAnswer => {
  const { type, payload, follow_up: followUp } = objectOf(field)
  return {
    id,
    type: textOf(type),
    answer: textOf(payload),
    followUp: isJsonObject(followUp)
      ? { type: textOf(followUp['type']), answer: textOf(followUp['payload']) }
      : null,
  }
}

/** A visitor's answers to the customer information template. */
export const readInformationScreens = (field: FieldValue): InformationScreen[] =>
  listOf(field).map((screen) => {
    const { screen_id: screenId, responses } = objectOf(screen)
    return {
      screenId: textOf(screenId),
      responses: listOf(responses).map((response) => {
        const { key, value } = objectOf(response)
        return { key: textOf(key) ?? '', value: textOf(value) }
      }),
    }
  })

/** The products in a visitor's cart. */
export const readProducts = (field: FieldValue): OrderedProduct[] =>
  listOf(field).map((product) => {
    const { id, retailer_id: retailerId, name, unit_price: unitPrice, currency, quantity } = objectOf(product)
    return {
      id: idOf(id),
      retailerId: idOf(retailerId),
      name: textOf(name),
      unitPrice: countOf(unitPrice),
      currency: textOf(currency),
      quantity: countOf(quantity),
    }
  })
