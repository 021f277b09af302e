import sanitizeHtml from 'sanitize-html';

/** What a mail may hold: words and their structure. No picture, form, frame, style or script, so nothing to be tracked or tricked by. */
const TAGS = [
  ...'p br hr h1 h2 h3 strong em u s a ul ol li blockquote'.split(' '),
  ...'table thead tbody tr th td'.split(' '),
];
/** Elements whose text is not meant to be read either. */
const WITH_THEIR_TEXT = [
  ...'script style textarea option noscript template title xmp noembed noframes plaintext'.split(' '),
  ...'svg math iframe object embed select button'.split(' '),
];
const LINK = /^(https?:\/\/|mailto:)/i;

const OPTIONS: sanitizeHtml.IOptions = {
  allowedTags: TAGS,
  // Not one attribute but the address of a link: no class, no style, no data-… or hx-… that a script could act upon.
  allowedAttributes: { a: ['href'] },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowProtocolRelative: false,
  nonTextTags: WITH_THEIR_TEXT,
  nestingLimit: 30,
  transformTags: {
    b: 'strong',
    i: 'em',
    del: 's',
    strike: 's',
    div: 'p',
    // An address without a scheme leads nowhere from a mailbox.
    a: (tagName, { href = '' }) => ({
      tagName,
      attribs: (LINK.test(href.trim()) ? { href } : {}) as sanitizeHtml.Attributes,
    }),
  },
};

/**
 * HTML that somebody wrote or that came out of a template, reduced to what a mail may hold. Done twice (RELIABILITY S11):
 * when a template is saved, so that no screen ever meets more; and when its variables are filled in, because a value may
 * complete what the template began (an address, half a tag). Applied to its own answer it changes nothing.
 */
export const sanitise = (html: string): string => sanitizeHtml(html, OPTIONS).replace(/<(br|hr) \/>/g, '<$1>');
