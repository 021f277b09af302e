import { decodeText } from './decode.ts';

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

describe('the text of a file', () => {
  const text = 'Numéro;Montant\nFA-1;12,50\n';
  test.each([
    ['UTF-8', Buffer.from(text), 'utf-8'],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${text}`), 'utf-8'],
    ['UTF-16 as Excel writes it', utf16(`\ufeff${text}`), 'utf-16le'],
    ['UTF-16 the other way round', utf16(`\ufeff${text}`).swap16(), 'utf-16be'],
    ['UTF-16 without a mark', utf16(text), 'utf-16le'],
    ['UTF-16 the other way round without a mark', utf16(text).swap16(), 'utf-16be'],
    ['windows-1252', Buffer.from(text, 'latin1'), 'windows-1252'],
  ])('is read from %s', (_, bytes, encoding) => {
    expect(decodeText(bytes)).toEqual({ ok: true, text, encoding });
  });

  test('keeps the euro sign and curly quotes of windows-1252', () => {
    expect(decodeText(Buffer.from([0x80, 0x92, 0xe9]))).toMatchObject({ text: '€’é' });
  });

  test('may hold one stray control character', () => {
    expect(decodeText(Buffer.from('a;b\n1;2\n\x1a'))).toMatchObject({ ok: true });
  });
});

describe('what is no text', () => {
  test.each([
    ['nothing', Buffer.alloc(0), 'empty_file'],
    ['blank lines only', Buffer.from(' \r\n\r\n'), 'empty_file'],
    ['a byte order mark only', Buffer.from('\ufeff'), 'empty_file'],
    ['a PDF', Buffer.from('%PDF-1.7\n...'), 'pdf'],
    ['an XLSX workbook', Buffer.from('PK\x03\x04.........[Content_Types].xml', 'latin1'), 'spreadsheet'],
    ['an old XLS workbook', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0, 0]), 'spreadsheet'],
    [
      'an OpenDocument sheet',
      Buffer.from('PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet', 'latin1'),
      'spreadsheet',
    ],
    ['another ZIP', Buffer.from('PK\x03\x04.........invoices.csv', 'latin1'), 'archive'],
    ['a gzip', Buffer.from([0x1f, 0x8b, 8, 0]), 'archive'],
    ['zero bytes on both sides', Buffer.from([0x61, 0, 0, 0x62, 0x63, 0, 0, 0]), 'binary'],
    ['a heap of control characters', Buffer.from([1, 2, 3, 4, 5, 6, 65, 66]), 'binary'],
    ['UTF-8 by its mark, broken inside', Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xe9, 0x62]), 'broken_text'],
  ])('%s is refused', (_, bytes, reason) => {
    expect(decodeText(bytes)).toEqual({ ok: false, reason });
  });
});
