import { badParameter, missingParameter } from './failure.ts'
import { asText, type Params } from './params.ts'
import { PART } from './shapes.ts'
import { number, objectIn, objectsIn, optionalUrl, readObject, text } from './value-rules.ts'

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))
const MOST_LINES = 100

/** A receipt (docs/messenger-platform.md#f7); checked in the order in which Facebook was seen to refuse. */
export const checkReceipt = (payload: Params, at: string): void => {
  text(payload, 'recipient_name', at, 1000)
  text(payload, 'order_number', at, 1000)
  const currency = currencyIn(payload, at)
  text(payload, 'payment_method', at, 1000)
  const summary = objectIn(payload, 'summary', at, PART.receiptSummary)
  checkTotal(number(summary, 'total_cost', `${at}[summary]`), currency)
  optionalUrl(payload, 'order_url', at)
  if (payload['timestamp'] !== undefined) number(payload, 'timestamp', at)
  for (const [element, name] of optionalList(payload, 'elements', at, PART.receiptElement)) {
    text(element, 'title', name, 1000)
    number(element, 'price', name)
  }
  optionalList(payload, 'adjustments', at, PART.receiptAdjustment)
  if (payload['address'] === undefined) return
  const address = readObject(payload['address'], `${at}[address]`, PART.address)
  for (const key of ['street_1', 'city', 'postal_code', 'state', 'country']) {
    text(address, key, `${at}[address]`, 1000)
  }
}

const currencyIn = (payload: Params, at: string): string => {
  const currency = asText(payload['currency'])
  if (currency === '') throw missingParameter(`${at}[currency]`)
  if (!CURRENCIES.has(currency)) throw badParameter(`The currency code '${currency}' is not supported`)
  return currency
}

const checkTotal = (total: number, currency: string): void => {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2
  if (total >= 0 && Number(total.toFixed(digits)) === total) return
  throw badParameter(
    'The amount you specified in payment summary is invalid. Please verify that it is a valid positive amount and is supported by its currency in terms of decimal places.',
    2018055,
  )
}

const optionalList = (payload: Params, key: string, at: string, shape: (typeof PART)['address']) =>
  payload[key] === undefined ? [] : objectsIn(payload, key, at, shape, { least: 0, most: MOST_LINES })
