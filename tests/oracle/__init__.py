"""What a domain's directory must look like, computed a second time by other means.

Nothing here imports the product: it is written by hand after the published rules (the pages are named where they are
used), from an ordinary search as an administrator makes it. Where both agree, two readings of the rules agree.

listing     every object of a domain, as an ordinary search returns it
decoding    values as the schema's syntaxes write them
scope       which objects are synchronized, and why the others are not
properties  what each object looks like in the directory
extensions  the same, for what Graph has no property for
expected    the whole directory: objects, references, values that several objects want
comparison  differences between that and a Control
"""
