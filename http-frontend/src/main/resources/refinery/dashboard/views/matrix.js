// The matrix of a survey's samples and steps, a part of the survey's page.
export const routes = [];
