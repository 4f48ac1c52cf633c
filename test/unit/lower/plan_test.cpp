// Who waits for whom, directly: few graphs get there.
#include "lower/plan.h"

#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::lower_detail;

TEST_CASE("whoever waits for a group waits for what that one comes to need", "[lower][plan]") {
  Plan plan;
  plan.groups.resize(70);
  plan.closure.resize(70);
  add_needs(plan, 0, {1}); // an earlier one, by a root added since
  add_needs(plan, 1, {2});
  CHECK((plan.depends(0, 1) && plan.depends(1, 2) && plan.depends(0, 2)));
  add_needs(plan, 2, {68});
  add_needs(plan, 69, {0});
  for (const int group : {0, 1, 2, 69}) CHECK(plan.depends(group, 68));
  CHECK((!plan.depends(68, 2) && !plan.depends(2, 1) && !plan.depends(0, 69)));
  CHECK(may_need(plan, 68, {3}));
  CHECK_FALSE(may_need(plan, 68, {3, 0})); // which waits for it
  CHECK_FALSE(may_need(plan, 68, {68}));
}
