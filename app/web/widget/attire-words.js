// The words of <complete-the-look> in other languages than English: attire.js asks for them on pages in one of these.

export const ar = { heading: "أكمل الإطلالة", add: "أضف", added: "تمت الإضافة", complete: "هذه الإطلالة مكتملة.", was: "بدلًا من" };
export const de = { heading: "Look vervollständigen", add: "Hinzufügen", added: "Hinzugefügt", complete: "Dieser Look ist vollständig.", was: "statt" };
export const es = { heading: "Completa el look", add: "Añadir", added: "Añadido", complete: "Este look está completo.", was: "antes" };
export const fr = { heading: "Compléter le look", add: "Ajouter", added: "Ajouté", complete: "Ce look est complet.", was: "au lieu de" };
export const it = { heading: "Completa il look", add: "Aggiungi", added: "Aggiunto", complete: "Questo look è completo.", was: "invece di" };
export const nl = { heading: "Maak je look compleet", add: "Toevoegen", added: "Toegevoegd", complete: "Deze look is compleet.", was: "was" };
export const pl = { heading: "Uzupełnij stylizację", add: "Dodaj", added: "Dodano", complete: "Ta stylizacja jest kompletna.", was: "zamiast" };
export const pt = { heading: "Complete o look", add: "Adicionar", added: "Adicionado", complete: "Este look está completo.", was: "em vez de" };
export const sv = { heading: "Komplettera looken", add: "Lägg till", added: "Tillagd", complete: "Den här looken är komplett.", was: "i stället för" };
export const da = { heading: "Fuldend looket", add: "Tilføj", added: "Tilføjet", complete: "Dette look er fuldendt.", was: "i stedet for" };
export const no = { heading: "Fullfør antrekket", add: "Legg til", added: "Lagt til", complete: "Dette antrekket er komplett.", was: "i stedet for" };
export const nb = no;
