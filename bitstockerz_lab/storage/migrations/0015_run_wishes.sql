-- how prices were asked to be adjusted; `adjusted` is what was done, "raw" where there was nothing
-- to adjust by. NULL for runs recorded before this column: what was done was what was asked
ALTER TABLE run_details ADD COLUMN asked_adjusted VARCHAR;
