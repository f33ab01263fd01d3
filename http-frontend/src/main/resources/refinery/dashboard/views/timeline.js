// The time line of a job's attempts and steps, a part of its page.
export const routes = [];
