"""Payment plans: arrears in instalments that both sides agreed on; a late fee does not run on what keeps to one."""
