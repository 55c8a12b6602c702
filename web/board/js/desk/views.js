// The views of the desk, by the names of their addresses.

import { InboxView } from "../inbox/inbox.js";
import { AdminView } from "../admin/admin.js";
import { PhonesView } from "../phones/phones.js";
import { ReviewView } from "../review/review.js";
import { SuperviseView } from "../supervise/supervise.js";
import { addView } from "../views.js";
import { beginAtHome } from "./ways.js";

addView("inbox", InboxView);
addView("phones", PhonesView);
addView("review", ReviewView);
addView("supervise", SuperviseView);
addView("admin", AdminView);
beginAtHome();
