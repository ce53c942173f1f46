-- What a token may do less than its user.

-- JSON: scopes, communities and signals; a list that is not there limits nothing. Tokens issued
-- before may do what their user may.
ALTER TABLE op_tokens ADD COLUMN limits TEXT NOT NULL DEFAULT '{}';
