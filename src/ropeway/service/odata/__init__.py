"""OData as Graph speaks it (graph-scim.md A6, A7), apart from what is offered by it.

tokens       a `$filter` to tokens
tree         the parsed filter, as frozen values
parser       tokens to tree, with bounds on length, depth and number of terms
printer      tree back to text: `parse(printed(tree)) == tree`
evaluating   a filter over JSON values in memory
sql          a filter as a condition of a query
options      the query options of a request, each known or refused
paging       pages whose next link stays good while rows are written
negotiation  Accept, Prefer, OData-Version
bodies       JSON bodies, bounded
keys         `servicePrincipals('id')` as `servicePrincipals/id`
resource     routes made of verbs: who asks, what is asked, the answer in Graph's shape
"""
