-- a copy of a database for tests never writes to debtors
UPDATE res_company
   SET dunning_mode = 'off', dunning_automatic = FALSE;
