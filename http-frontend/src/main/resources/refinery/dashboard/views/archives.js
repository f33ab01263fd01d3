// Addresses that come from archives' metadata. They are shown as text; only those of known archives become links.
import {html} from '../lib/html.js';

const KNOWN = ['ebi.ac.uk', 'ncbi.nlm.nih.gov', 'ddbj.nig.ac.jp', 'ensembl.org', 'ensemblgenomes.org', 'sra-pub-run-odp.s3.amazonaws.com'];

/** The address if it is http or https at a known archive, without a name and password in it; else null. */
export function safe(text) {
  let url;
  try {
    url = new URL(text);
  } catch (malformed) {
    return null;
  }
  const known = KNOWN.some(host => url.hostname === host || url.hostname.endsWith('.' + host));
  return known && (url.protocol === 'https:' || url.protocol === 'http:') && !url.username && !url.password ? url.href : null;
}

/** An address as a link where that is safe, else as text. */
export function Address({url}) {
  const href = safe(url);
  return href ? html`<a href=${href} rel="noreferrer noopener" target="_blank"><code>${url}</code></a>` : html`<code>${url}</code>`;
}

const PAGES = [
  [/^[SED]R[APRSXZ]\d{4,12}$/, key => 'https://www.ebi.ac.uk/ena/browser/view/' + key],
  [/^SAM(N|EA|EG|D)\d{4,12}$/, key => 'https://www.ebi.ac.uk/ena/browser/view/' + key],
  [/^PRJ(NA|EB|EA|DB|DA)\d{1,10}$/, key => 'https://www.ebi.ac.uk/ena/browser/view/' + key],
  [/^GS[EM]\d{1,10}$/, key => 'https://www.ncbi.nlm.nih.gov/geo/query/acc.cgi?acc=' + key],
  [/^E-[A-Z]{4}-\d{1,8}$/, key => 'https://www.ebi.ac.uk/biostudies/arrayexpress/studies/' + key],
];

/** An accession, with a link to its page where it is one by its form. */
export function Accession({value}) {
  const page = PAGES.find(([form]) => form.test(value));
  return page ? html`<a href=${page[1](value)} rel="noreferrer noopener" target="_blank">${value}</a>` : html`<span>${value}</span>`;
}
