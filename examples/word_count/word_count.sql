-- The most frequent words of a text: one word a line comes in, a table goes out.
-- The same as word_count.toml.
--
--   tr -s ' ,.' '\n' < README.md | levada run examples/word_count/word_count.sql
SET 'execution.runtime-mode' = 'batch'; -- all rows are read before results come out

CREATE TABLE words (word STRING) WITH ('connector' = 'stdin', 'format' = 'raw');

SELECT LOWER(word) AS word, COUNT(*) AS times
FROM words
WHERE CHAR_LENGTH(word) > 3
GROUP BY LOWER(word)
ORDER BY times DESC, word
LIMIT 3;
