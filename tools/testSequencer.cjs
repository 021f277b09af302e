const { default: Sequencer } = require('@jest/test-sequencer');

/** What starts many processes or a browser takes long, which the size of the file does not tell. */
const LONG =
  /test\/(faults|e2e)\/|test\/stories\/(binary|cli|restore|rollback|upgrade|backup)\.|requests\.test|properties\.test/;

/**
 * The long ones first, so that at the end no worker waits for the other: on a machine that has not run the tests before, jest
 * would go by the sizes of the files.
 */
module.exports = class LongOnesFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isLong = ({ path }) => LONG.test(path);
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
};
