// Opens a page again and again until it is told to stop, and prints how long each answer took, in milliseconds:
// node bench/visitor.ts URL COOKIE
const [url = '', cookie = ''] = process.argv.slice(2);
const times: number[] = [];
let on = true;
process.on('message', () => {
  on = false;
});
while (on) {
  const from = process.hrtime.bigint();
  const answer = await fetch(url, { headers: { cookie } });
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`${url}: ${answer.status}`);
  times.push(Number(process.hrtime.bigint() - from) / 1e6);
  await new Promise((resolve) => setTimeout(resolve, 20));
}
process.send?.(times, () => process.exit(0));
