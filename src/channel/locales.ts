/**
 * The locales that Messenger shows texts in: those of messenger.com and of its apps, and those of facebook.com, by which a
 * person's language is set (docs/messenger-platform.md#m). One for most languages, and not always the one that a language tag suggests.
 */
export const LOCALES: readonly string[] =
  `af_ZA ar_AR as_IN az_AZ be_BY bg_BG bn_IN br_FR bs_BA ca_ES co_FR cs_CZ cy_GB da_DK de_DE el_GR en_US en_GB es_ES es_LA
  et_EE eu_ES fa_IR ff_NG fi_FI fo_FO fr_FR fr_CA fy_NL ga_IE gl_ES gn_PY gu_IN ha_NG he_IL hi_IN hr_HR hu_HU hy_AM id_ID
  is_IS it_IT ja_JP jv_ID ka_GE kk_KZ km_KH kn_IN ko_KR ku_TR lt_LT lv_LV mg_MG mk_MK ml_IN mn_MN mr_IN ms_MY mt_MT my_MM
  nb_NO ne_NP nl_NL nl_BE nn_NO or_IN pa_IN pl_PL ps_AF pt_PT pt_BR ro_RO ru_RU rw_RW sc_IT si_LK sk_SK sl_SI so_SO sq_AL
  sr_RS sv_SE sw_KE ta_IN te_IN tg_TJ th_TH tl_PH tr_TR uk_UA ur_PK uz_UZ vi_VN zh_CN zh_TW zh_HK`.split(
    /\s+/,
  )

/** Norwegian is mostly written as `no`. */
const SAME_LANGUAGE: Readonly<Record<string, string>> = { no: 'nb' }

/** The locales of a language like `de`, or of one with its country like `pt_BR`; none where Messenger does not have it. */
export const localesOf = (language: string): readonly string[] =>
  language.includes('_')
    ? LOCALES.filter((locale) => locale === language)
    : LOCALES.filter((locale) => locale.startsWith(`${SAME_LANGUAGE[language] ?? language}_`))
