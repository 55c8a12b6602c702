package sync

// What a person is told who settles what the field could not: what happened, and what is
// to be decided, in both languages.

// CodeRecoveredCopy is a record that the server lost and a phone still holds.
const CodeRecoveredCopy = "recovered_copy"

// Explanation says in words why something was kept.
type Explanation struct {
	Happened   string `json:"happened"`
	HappenedZh string `json:"happened_zh"`
	Decide     string `json:"decide"`
	DecideZh   string `json:"decide_zh"`
}

// explanations by code; one without words of its own has those of its kind.
var explanations = map[string]Explanation{
	CodeReview: {
		"Two people wrote this field without knowing of each other. The first value stands.", "两人在互不知情时填写了同一栏，先到的内容有效。",
		"Read both; keep the one, take the other, or write a third.", "请对照两份内容：保留现有、采用另一份，或另写一份。",
	},
	CodeUnknownBase: {
		"The app did not say what its user had seen, so the value could not simply replace what stands.", "手机端未说明填写时看到的内容，因此未直接覆盖现有内容。",
		"Read both as if they had been written at the same time, and decide which is right.", "请视同两人同时填写，对照后决定以哪份为准。",
	},
	CodeDisplaced: {
		"This value gave way to another whose author had not seen it.", "该内容被另一人的填写替换，后者当时并未看到它。",
		"Nothing has to be decided. Take it if the later value is wrong.", "无须处理；如现有内容有误，可改用此份。",
	},
	CodeSuperseded: {
		"After a restore of the server a phone sent this again, and newer work stands already.", "服务器恢复后手机重新上报了此内容，但已有更新的内容。",
		"Usually nothing. Compare the times, and take it only if the newer value is wrong.", "一般无须处理；请核对时间，仅在较新内容有误时采用。",
	},
	CodeRecoveredCopy: {
		"The server does not have this record; it was lost in a restore, or deleted. A phone still holds this copy.", "服务器上已无此记录（恢复时丢失或已被删除），手机仍保存此副本。",
		"Take it to bring the record back; dismiss it if it was deleted on purpose.", "需要找回请采用；如系有意删除请不采用。",
	},
	CodeTooLarge: {
		"The text is longer than its field takes, or the list is full.", "内容超出该栏长度，或列表已满。",
		"Shorten it and write the short form, or dismiss it.", "请精简后另写一份，或不采用。",
	},
	CodeNotInScope: {
		"The record is not the author's any more, never was, or does not exist.", "该记录已不属于或从未属于上报人，或并不存在。",
		"Was the case taken from somebody who had worked on it already? Then take it; else dismiss it.", "如案件改派前其已开展工作，请采用；否则不采用。",
	},
	CodeCaseClosed: {
		"It arrived after the case was closed.", "内容送达时案件已办结。",
		"If it changes the result, reopen the case and take it; else dismiss it with the reason.", "如影响办理结果，请重新办理案件后采用；否则说明理由不采用。",
	},
	CodeRoundFrozen: {
		"The case was reopened; this belongs to the round that is over.", "案件已重新办理，该内容属于已结束的办理轮次。",
		"Dismiss it here and have it said in the new round's record, if it still matters.", "请不采用；如仍有意义，请在新一轮记录中写明。",
	},
	CodeDisabled: {
		"The author's account is disabled; his phone still had this.", "上报人账号已停用，该内容为其手机中尚未上报的工作。",
		"Judge it as work of somebody who has left: take what is needed for the case.", "请按离岗人员的工作处理：案件需要的请采用。",
	},
	CodeForReview: {
		"An action of a disabled account, or one that had been kept before a restore.", "停用账号的操作，或服务器恢复前已留待处理的操作。",
		"Admit it if it was done and counts; else dismiss it with the reason.", "如确已办理且有效请采纳；否则说明理由不采纳。",
	},
}

// byKind explains what has no code of its own here.
var byKind = map[string]Explanation{
	KindAction: {
		"The action did not fit the case when it arrived.", "操作送达时与案件当时状态不符。",
		"Look at the history of the case: admit the action late, or dismiss it with the reason.", "请查看案件经过：可补充采纳，或说明理由不采纳。",
	},
	KindBody: {
		"What was sent has no valid form; nothing of it was applied.", "上报内容格式无效，未作任何处理。",
		"Nothing can be taken as it is. Ask the author what he meant, and tell the makers of the app.", "无法直接采用；请向上报人了解情况，并告知手机端开发者。",
	},
}

// otherwise explains what is neither.
var otherwise = Explanation{
	"This did not stand by itself.", "该内容未能直接生效。",
	"Compare it with what stands, and decide.", "请与现有内容对照后决定。",
}

// Explain says why something of a kind was kept under a code.
func Explain(kind, code string) Explanation {
	if e, ok := explanations[code]; ok && kind != KindBody {
		return e
	}
	if e, ok := byKind[kind]; ok {
		return e
	}
	return otherwise
}
