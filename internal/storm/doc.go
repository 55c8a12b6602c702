// Package storm tests what the protocol promises where it is hardest to keep: real phones
// and a real server with its database on disk, on a line that loses, repeats, delays,
// reorders and cuts, while desks work, the power fails and backups are put back. One seed
// makes one schedule, and the same seed makes it again; each invariant, I1 to I16, is a
// check with its name.
package storm
