/**
 * Names as in Meta's SDK for Node, read from `facebook-nodejs-business-sdk` 24.0.1 (npm), folder `src/objects`; the comment names
 * file and enumeration. `test/outside/meta-sdk.test.ts` compares them with the installed SDK.
 */
const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/** `page.js`, `Page.SubscribedFields`. */
export const SUBSCRIBED_FIELDS = words(`
  affiliation attire awards bio birthday business_integrity call_permission_reply call_settings_update
  calls category checkins comment_poll_response company_overview conversations culinary_team
  current_location description email feature_access_list feed follow founded general_info
  general_manager group_feed hometown hours inbox_labels invalid_topic_placeholder
  invoice_access_bank_slip_events invoice_access_invoice_change invoice_access_invoice_draft_change
  invoice_access_onboarding_status_active leadgen leadgen_fat live_videos local_delivery location
  marketing_message_delivery_failed marketing_message_echoes marketing_messages_subscriber_upload_status
  mcom_invoice_change members mention merchant_review message_context message_deliveries message_echoes
  message_edits message_mention message_reactions message_reads message_template_status_update messages
  messaging_account_linking messaging_appointments messaging_checkout_updates
  messaging_customer_information messaging_direct_sends messaging_fblogin_account_linking
  messaging_feedback messaging_game_plays messaging_handovers messaging_in_thread_lead_form_submit
  messaging_integrity messaging_optins messaging_optouts messaging_payments messaging_policy_enforcement
  messaging_postbacks messaging_pre_checkouts messaging_referrals mission name page_about_story
  page_change_proposal page_upcoming_change parking payment_options payment_request_update personal_info
  personal_interests phone picture price_range product_review products public_transit
  publisher_subscriptions ratings registration response_feedback send_cart standby story_poll_response
  story_share user_action video_text_question_responses videos website
`)

/** `page.js`, `Page.SenderAction`; the documentation writes them in small letters. */
export const SENDER_ACTIONS = words(`
  MARK_SEEN REACT TYPING_OFF TYPING_ON UNREACT
`)

/** `page.js`, `Page.MessagingType`. */
export const MESSAGING_TYPES = words(`
  MESSAGE_TAG RESPONSE UPDATE UTILITY
`)

/** `page.js`, `Page.NotificationType`. */
export const NOTIFICATION_TYPES = words(`
  NO_PUSH REGULAR SILENT_PUSH
`)

/** `messenger-profile.js`, `MessengerProfile.Fields`. */
export const PROFILE_FIELDS = words(`
  account_linking_url commands get_started greeting ice_breakers persistent_menu
  subject_to_new_eu_privacy_rules whitelisted_domains
`)

/** `page.js`, `Page.Fields`. */
export const PAGE_FIELDS = words(`
  about access_token ad_campaign affiliation app_id artists_we_like attire available_promo_offer_ids
  awards band_interests band_members best_page bio birthday booking_agent breaking_news_usage built
  business can_checkin can_post category category_list checkins company_overview
  connected_instagram_account connected_page_backed_instagram_account contact_address
  copyright_attribution_insights copyright_whitelisted_ig_partners country_page_likes cover
  culinary_team current_location delivery_and_pickup_option_info description description_html
  differently_open_offerings directed_by display_subtext displayed_message_response_time
  does_viewer_have_page_permission_link_ig emails engagement fan_count featured_video features
  followers_count food_styles founded general_info general_manager genre global_brand_page_name
  global_brand_root_id has_added_app has_lead_access has_transitioned_to_new_page_experience
  has_whatsapp_business_number has_whatsapp_number hometown hours id impressum influences
  instagram_business_account is_always_open is_calling_eligible is_chain is_community_page
  is_eligible_for_branded_content is_eligible_for_disable_connect_ig_btn_for_non_page_admin_am_web
  is_messenger_bot_get_started_enabled is_messenger_platform_bot is_owned is_permanently_closed
  is_published is_unclaimed is_verified is_webhooks_subscribed keywords leadgen_tos_acceptance_time
  leadgen_tos_accepted leadgen_tos_accepting_user link location members merchant_id
  merchant_review_status messaging_feature_status messenger_ads_default_icebreakers
  messenger_ads_default_quick_replies messenger_ads_quick_replies_type mini_shop_storefront mission mpg
  name name_with_location_descriptor network new_like_count offer_eligible overall_star_rating
  owner_business page_token parent_page parking payment_options personal_info personal_interests
  pharma_safety_info phone pickup_options place_type plot_outline preferred_audience press_contact
  price_range privacy_info_url produced_by products promotion_eligible promotion_ineligible_reason
  public_transit rating_count recipient record_label release_date restaurant_services
  restaurant_specialties schedule screenplay_by season single_line_address starring start_info
  store_code store_location_descriptor store_number studio supports_donate_button_in_live_video
  talking_about_count temporary_status unread_message_count unread_notif_count unseen_message_count
  user_access_expire_time username verification_status voip_info website were_here_count whatsapp_number
  written_by
`)

/** `user.js`, `User.Fields`. */
export const USER_FIELDS = words(`
  about age_range birthday client_business_id community cover currency education email favorite_athletes
  favorite_teams first_name gender hometown id inspirational_people install_type installed is_guest_user
  is_work_account languages last_name link local_news_megaphone_dismiss_status
  local_news_subscription_status locale location meeting_for middle_name name name_format
  payment_pricepoints political profile_pic quotes relationship_status religion
  shared_login_upgrade_required_by short_name significant_other sports
  supports_donate_button_in_live_video third_party_id timezone token_for_business updated_time verified
  video_upload_limits website
`)

/** `unified-thread.js`, `UnifiedThread.Fields`. */
export const CONVERSATION_FIELDS = words(`
  can_reply folder former_participants id is_owner is_subscribed link linked_group message_count name
  participants scoped_thread_key senders snippet unread_count updated_time wallpaper
`)

/** `persona.js`, `Persona.Fields`. */
export const PERSONA_FIELDS = words(`
  id name profile_picture_url
`)

/** `messenger-business-template.js`, `MessengerBusinessTemplate.Fields`. */
export const MESSAGE_TEMPLATE_FIELDS = words(`
  category components creation_time id language language_count last_updated_time library_template_name
  name rejected_reason rejection_reasons specific_rejection_reasons status
`)

/** `business.js`, `Business.Fields`. */
export const BUSINESS_FIELDS = words(`
  block_offline_analytics collaborative_ads_managed_partner_business_info
  collaborative_ads_managed_partner_eligibility collaborative_ads_partner_premium_options created_by
  created_time extended_updated_time id is_hidden link marketing_messages_onboarding_status name
  payment_account_id primary_page profile_picture_uri timezone_id two_factor_type updated_by
  updated_time user_access_expire_time verification_status vertical vertical_id
  whatsapp_business_manager_messaging_limit
`)

/** `application.js`, `Application.Fields`. */
export const APPLICATION_FIELDS = words(`
  aam_rules an_ad_space_limit an_platforms android_key_hash android_sdk_error_categories app_domains
  app_events_config app_events_feature_bitmask app_events_session_timeout app_install_tracked app_name
  app_signals_binding_ios app_type auth_dialog_data_help_url auth_dialog_headline
  auth_dialog_perms_explanation auth_referral_default_activity_privacy auth_referral_enabled
  auth_referral_extended_perms auth_referral_friend_perms auth_referral_response_type
  auth_referral_user_perms auto_event_mapping_android auto_event_mapping_ios auto_event_setup_enabled
  auto_log_app_events_default auto_log_app_events_enabled business canvas_fluid_height
  canvas_fluid_width canvas_url category client_config company configured_ios_sso contact_email
  created_time creator_uid daily_active_users daily_active_users_rank deauth_callback_url
  default_share_mode description enigma_config financial_id gdpv4_chrome_custom_tabs_enabled
  gdpv4_enabled gdpv4_nux_content gdpv4_nux_enabled has_messenger_product hosting_url icon_url id
  ios_bundle_id ios_sdk_dialog_flows ios_sdk_error_categories ios_sfvc_attr
  ios_supports_native_proxy_auth_flow ios_supports_system_auth ipad_app_store_id iphone_app_store_id
  latest_sdk_version link logging_token logo_url migrations mobile_profile_section_url mobile_web_url
  monthly_active_users monthly_active_users_rank name namespace object_store_urls owner_business
  page_tab_default_name page_tab_url photo_url privacy_policy_url profile_section_url property_id
  protected_mode_rules real_time_mode_devices restrictions restrictive_data_filter_params
  restrictive_data_filter_rules sdk_update_message seamless_login secure_canvas_url secure_page_tab_url
  server_ip_whitelist smart_login_bookmark_icon_url smart_login_menu_icon_url social_discovery
  subcategory suggested_events_setting supported_platforms supports_apprequests_fast_app_switch
  supports_attribution supports_implicit_sdk_logging suppress_native_ios_gdp terms_of_service_url
  url_scheme_suffix user_support_email user_support_url website_url weekly_active_users
`)

/** `page.js`, the edges its methods call. */
export const PAGE_EDGES = words(`
  ab_tests acknowledge_orders ads_eligibility ads_posts agencies albums ar_experience assigned_users
  blocked business_data business_messaging_feature_status businessprojects call_to_actions calls
  canvas_elements canvases chat_plugin commerce_merchant_settings commerce_orders commerce_payouts
  commerce_transactions conversations copyright_manual_claims crosspost_whitelisted_pages
  ctx_optimization_eligibility custom_labels custom_user_settings dataset events extend_thread_control
  fantasy_games feed global_brand_children image_copyrights indexed_videos insights instagram_accounts
  leadgen_forms likes live_videos locations media_fingerprints message_attachments message_templates
  messages messaging_feature_review messenger_call_settings messenger_lead_forms messenger_profile
  moderate_conversations nlp_configs notification_message_tokens notification_messages_dev_support
  page_backed_instagram_accounts page_whatsapp_number_verification pass_thread_control personas
  photo_stories photos picture posts product_catalogs published_posts ratings release_thread_control
  request_thread_control roles rtb_dynamic_posts scheduled_posts secondary_receivers settings
  shop_setup_status store_locations stories subscribed_apps tabs tagged take_thread_control thread_owner
  threads unlink_accounts video_copyright_rules video_copyrights video_lists video_reels video_stories
  videos visitor_posts welcome_message_flows
`)

/** `user.js`, the edges its methods call. */
export const USER_EDGES = words(`
  access_tokens accounts ad_studies adaccounts albums applications apprequestformerrecipients
  apprequests assigned_ad_accounts assigned_applications assigned_business_asset_groups assigned_pages
  assigned_product_catalogs assigned_whatsapp_business_accounts business_users businesses conversations
  custom_labels events feed friends fundraisers groups ids_for_apps ids_for_business ids_for_pages likes
  live_videos messenger_desktop_performance_traces messenger_kids_accounts_unread_badge music
  notifications payment_transactions permissions personal_ad_accounts photos picture posts
  rich_media_documents staging_resources videos
`)

/** `unified-thread.js`, the edges its methods call. */
export const CONVERSATION_EDGES = words(`
  messages
`)

/** `business.js`, the edges its methods call. */
export const BUSINESS_EDGES = words(`
  access_token ad_account_infos ad_accounts ad_custom_derived_metrics ad_review_requests ad_studies
  adaccount add_phone_numbers adnetwork_applications adnetworkanalytics adnetworkanalytics_results
  ads_dataset ads_reporting_mmm_reports ads_reporting_mmm_schedulers adspixels agencies an_placements
  block_list_drafts bm_review_requests business_asset_groups business_invoices business_users
  businessprojects claim_custom_conversions client_ad_accounts client_apps client_instagram_assets
  client_offsite_signal_container_business_objects client_pages client_pixels client_product_catalogs
  client_whatsapp_business_accounts clients collaborative_ads_collaboration_requests
  collaborative_ads_suggested_partners commerce_merchant_settings cpas_business_setup_config
  cpas_merchant_config creative_folders creditcards customconversions event_source_groups
  extendedcreditapplications extendedcredits images initiated_audience_sharing_requests
  instagram_accounts instagram_business_accounts managed_businesses
  managed_partner_ads_funding_source_details managed_partner_business_setup managed_partner_businesses
  onboard_partners_to_mm_lite openbridge_configurations owned_ad_accounts owned_apps owned_businesses
  owned_instagram_accounts owned_instagram_assets owned_offsite_signal_container_business_objects
  owned_pages owned_pixels owned_product_catalogs owned_whatsapp_business_accounts pages
  partner_account_linking partner_premium_options passback_attribution_metadata_configs
  pending_client_ad_accounts pending_client_apps pending_client_pages pending_owned_ad_accounts
  pending_owned_pages pending_shared_offsite_signal_container_business_objects pending_users picture
  pixel_tos preverified_numbers received_audience_sharing_requests reseller_guidances
  self_certified_whatsapp_business_submissions self_certify_whatsapp_business
  setup_managed_partner_adaccounts share_preverified_numbers system_user_access_tokens system_users
  third_party_measurement_report_dataset videos
`)

/** `application.js`, the edges its methods call. */
export const APPLICATION_EDGES = words(`
  accounts activities ad_placement_groups adnetwork_placements adnetworkanalytics
  adnetworkanalytics_results aem_attribution aem_conversion_configs aem_conversion_filter
  aem_conversions aem_skan_readiness agencies aggregate_revenue android_dialog_configs app_capi_settings
  app_event_types app_indexing app_indexing_session app_installed_groups app_push_device_token appassets
  assets authorized_adaccounts button_auto_detection_device_selection cloudbridge_settings
  codeless_event_mappings connected_client_businesses da_checks domain_reports iap_purchases
  ios_dialog_configs linked_dataset mmp_auditing mobile_sdk_gk monetized_digital_store_objects
  object_types objects occludespopups permissions products purchases roles server_domain_infos
  sgw_dataset_status sgw_install_deferral_link subscribed_domains subscribed_domains_phishing
  subscriptions uploads whatsapp_business_solution whatsapp_business_solutions
`)
