/** What texts may mention anywhere: the Page's name, and what Facebook tells of the visitor. */
export const SCRIPT_VARIABLES = ['page_name', 'first_name', 'last_name', 'name'] as const
