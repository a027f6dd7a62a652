-- look says when somebody must look at the session, in "look"; 0 for never. The watch index holds
-- just this, and so is written only where it changes.
look = 0
if not free or head > 0 or mail > 0 then
  look = till
elseif due > 0 then
  look = math.max(due, till)
end
if (outAt <= #stored or more ~= '') and (look == 0 or lane < look) then look = lane end
