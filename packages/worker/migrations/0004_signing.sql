-- What sessions and heat map tokens are signed with, beside ADMIN_TOKEN: who has such a token cannot find out ADMIN_TOKEN by trying.
CREATE TABLE signing (salt TEXT NOT NULL) STRICT;
INSERT INTO signing VALUES (hex(randomblob(32)));
