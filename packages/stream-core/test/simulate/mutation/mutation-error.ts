/** What the command cannot do with a patch; its message is for whoever gave the patch. */
export class MutationError extends Error {}
