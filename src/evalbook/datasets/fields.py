"""What the fields of people's records mean, by their names: the tables that recognition goes by.

Names are compared without case and without what spellings differ in (``reference_answer``,
``referenceAnswer`` and ``Reference Answer`` are one). Within a table the likelier name comes first.
What a name promises is taken only where the content is of that kind; `understanding` sees to that.
"""

from __future__ import annotations

import re
from functools import lru_cache


def _names(text: str) -> dict[str, int]:
    return {name: place for place, name in enumerate(text.split())}


PROMPT = _names("""
    query prompt question instruction instructions userinput userquery userquestion userprompt
    usermessage input inputtext inputs problem problemstatement request sqlprompt goal behavior
    message ask task questiontext questionbody frage pregunta pergunta domanda 问题
    ctx sentence text content article document dialogue dialog chat conversation passage user human
    q claim patient customermessage questionstem inputspretokenized sourcetext textinput stem
    questioncontent instructprompt startphrase report review
""")
"""What the model is asked."""

WEAK = _names("post body description title source src history testcase")
"""What the model is asked where nothing else is, and an answer is there."""

INSTRUCTION = frozenset("instruction instructions task".split())
"""Prompts that are about something else in the record, which is asked with them."""

CONTEXT = _names("""
    context contexts sqlcontext passage passages paragraph story background backgroundinformation
    document documents documenttext article text transcript dialogue inputcontext knowledge schema
    retrievedcontexts retrievedcontext retrievalcontext retrieveddocuments retrievedpassages
    referencecontexts referencecontext selftext support premise contract clause
""")
"""What the question is about: asked with it."""

REFERENCE = _names("""
    referenceresponse referenceresponses referenceanswer referenceanswers groundtruth groundtruths
    groundtruthanswer groundtruthresponse goldanswer goldanswers goldenanswer goldresponse golden
    gold idealanswer idealresponse ideal expectedoutput expectedresponse expectedanswer
    expectedresult expectedvalue expected referenceoutput referenceoutputs reference references
    bestanswer correctanswer correctanswers correctresponse correctlabel targetanswer targetoutput
    targettext targetspretokenized target targets finalanswer answerkey answer answers
    acceptedanswer antwort respuesta resposta risposta réponse 答案 labeltext labelname origanswer
    answersspans tgt expectedfacts
""")
"""The answer to compare with, named as such."""

LIKE_A_REFERENCE = re.compile(
    r"(?:reference|expected|groundtruth|golden|gold|ideal|correct|true|target)"
    r"(?:answer|response|output|completion|json|text|label|value|summary|sql|code|translation)"
    r"|(?:faq|agent|human|expert|official|approved|verified|support|staff|kb|written)"
    r"(?:answer|response|reply)"
)
"""Names of references that few people use."""

CHOSEN = _names("""
    chosen chosenresponse preferredoutput preferredresponse preferred accepted acceptedresponse
""")
"""The better one of two answers."""

ANSWERED = _names("""
    response completion output outputs outputtext solution solutions canonicalsolution summary
    highlights translation reply assistant assistantresponse sql outputanswer outputresponse
    assistantmessage abstract resolution patch
""")
"""The answer to compare with where nothing else is: else it is what some model once said."""

LABEL = _names("label labels class sentiment code query finaldecision decision verdict longanswer")
"""The answer to compare with where nothing else is; or whether the answer is a good one."""

GOOD = frozenset(
    "label ktotag desirable isdesirable accepted good isgood correct iscorrect thumbsup liked"
    " approved".split()
)
"""Whether the answer is a good one, where the value is true or false."""

WHICH = frozenset(
    "rank winner preference preferred overallpreference labels label better betterresponse choice"
    " humanpreference preferredresponse preferencestrength betterresponseid winnermodela"
    " winnermodelb winnertie".split()
)
"""Which of two answers is the better one."""

ANSWER_KEY = _names("""
    answerkey answer correctanswer correctoption correct gold target groundtruth reference label
    answeridx answerindex correctindex cop key
""")
"""Which of the choices is right."""

CHOICES = _names(
    "choices options answerchoices endings alternatives mcoptions targetscores mc1targets"
)

SYSTEM = _names("""
    system systemprompt systemmessage systeminstruction systeminstructions systemtext developer
    developermessage
""")

CATEGORY = _names("category topic domain ability intent")

CONVERSATION = _names("""
    messages conversations conversation contents turns chat dialog dialogue prompt input inputs
    query chatmessages history userinput question conversationinput questions context
    conversationonly transcript items
""")
"""A list of messages."""

HISTORY = frozenset("history chathistory conversationhistory previousturns".split())

METADATA = frozenset("metadata meta extrainfo rewardmodel rewardspec datasource".split())

WRAPPERS = frozenset(
    "body modelinput params request row item vars inputs input outputs expectations data fields"
    " example doc record sample qa".split()
)
"""Objects that hold the record, or a part of it."""

MAY_WRAP = ("prompt", "conversation")
"""Objects that do where they have messages."""

MADE = "an existing response; the run asks the models again"
REJECTED = "a rejected answer, which is not compared"
MEDIA = "neither the model nor the judge gets it"
TOOLS = "the model gets no tools"
THINKING = "thinking; neither the model nor the judge sees it"
ANOTHER = "an answer other than the reference"
NAMES = "names the record; it affects no score"
UNKNOWN = "neither the model nor the judge sees it"

_TOLD = {
    name: what for what, names in {
        MADE: """
            modelresponse modelresponses modeloutput modeloutputs modelanswer modelcompletion actual
            modelprediction actualoutput actualresponse actualanswer prediction predictions
            predicted predictedanswer predictedoutput generated generatedtext generatedanswer
            generatedresponse generation generations llmresponse llmoutput llmanswer botresponse
            candidateanswer studentanswer responsea responseb response1 response2 outputa outputb
            output1 output2 resps filteredresps completions result results outputbodyjson""",
        REJECTED: """
            rejected rejectedresponse nonpreferredoutput nonpreferredresponse nonpreferred
            dispreferred incorrectanswer incorrectanswers incorrectanswer1 incorrectanswer2
            incorrectanswer3 wronganswer wronganswers negatives distractors distractor1 distractor2
            distractor3""",
        MEDIA: """
            image images imageurl imageurls imagepath imagepaths imagefile picture pictures
            pixelvalues imagebase64 audio audios audiopath audiourl video videos videopath file
            files attachment attachments media""",
        TOOLS: """
            tools toolcalls tooluse toolresult functions availabletools apis toolconfig toolchoice
            functioncall""",
        THINKING: """
            reasoning reasoningcontent thinking thoughts thought think cot chainofthought
            rationale""",
        NAMES: """
            id ids uid uuid idx index key customid recordid questionid promptid conversationid
            exampleid sampleid itemid rowid rowidx sid guid hash messageid treeid url link sourceurl
            sourceid dataset split created createdat createddate timestamp date license author lang
            language title name version conversationhash no number source src""",
        "a setting; the run has its own": """
            model modelid modelname temperature maxtokens maxnewtokens topp topk stop stopsequences
            seed method endpoint anthropicversion inferenceconfig inferenceconfiguration
            generationconfig textgenerationconfig schemaversion n stream frequencypenalty
            presencepenalty maxcompletiontokens maxoutputtokens maxtokenstosample reasoningeffort
            paralleltoolcalls store additionalmodelrequestfields""",
        "a rating, which no metric uses": """
            score scores rating ratings quality helpfulness correctness coherence complexity
            verbosity scorechosen scorerejected chosenscore rejectedscore chosenrating
            rejectedrating margin difficulty level points votes toxicity""",
    }.items() for name in names.split()
}  # fmt: skip
"""What it means that a field is not used, by the field's name."""

_LETTERS = re.compile(r"[\s_\-.:?*#]+|\([^)]*\)")
_OF_A_MODEL = re.compile(
    r"(gpt|claude|llama|mistral|mixtral|gemini|gemma|nova|titan|qwen|deepseek|chatgpt|baseline|base"
    r"model|finetuned).*(response|answer|output|completion|prediction)s?$"
)


@lru_cache(maxsize=4096)
def plain_name(field: str) -> str:
    """Return a field's name without what spellings differ in."""
    return _LETTERS.sub("", field.rpartition(".")[2]).lower()


def is_made(plain: str) -> bool:
    """Tell whether a field holds what some model once answered."""
    return _TOLD.get(plain) == MADE or _OF_A_MODEL.search(plain) is not None


def told(plain: str) -> str:
    """Return what it means that a field of this name is not used."""
    if is_made(plain):
        return MADE
    return _TOLD.get(plain, NAMES if plain.endswith("id") else UNKNOWN)
