// The log of a job, a part of its page.
export const routes = [];
