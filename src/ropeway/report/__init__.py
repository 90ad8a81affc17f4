"""What an administrator should know before the first run: what IdFix tells on Windows, for any source.

finding     one thing worth knowing: where, what, how grave, what to do
addresses   names and addresses taken apart and tidied
checks      the table: attribute by attribute, what a value must be like
examining   one object: its source values, what they are mapped to, what the directory would say
collected   values and findings in a temporary file, so that memory does not grow with the directory
duplicates  values that two objects want, and who should keep each

Pure, `collected` apart. Sources: “Errors supported by the IdFix tool” (its multi-tenant rules), and the directory's
own rules, which decide how grave a finding is: error means that the object would be set aside, warning that a value
would be changed or left out, info that nothing is lost here, but other clouds or programs may stumble.
"""
