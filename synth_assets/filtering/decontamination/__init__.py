"""Documents that hold items of evaluation sets: found by n-grams of words, named, dropped.

An item is looked for in the text fields that the profile names, whatever its case, punctuation,
accents and line breaks:

- 13 words and more: any 13 words in a row (Brown et al. 2020, appendix C);
- 8 to 12 words: any 8 words in a row;
- fewer: all of its words in a row, and soon after them one of its answers or all of its choices,
  8 words or more together. What has none of these is reported as `too_short`.

`normal` defines words, `kernel` finds candidates over the bytes of a text column, `index` verifies
every one of them word by word.
"""
