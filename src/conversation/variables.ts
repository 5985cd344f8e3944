/** Variables that every text may mention: the Page's name, and the visitor's name from Facebook. */
export const SCRIPT_VARIABLES = ['page_name', 'first_name', 'last_name', 'name'] as const
